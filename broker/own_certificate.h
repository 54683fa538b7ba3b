/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's own certificate: signed by its own authority, entered like any other.
 */
#pragma once

#include "broker/hostlink/authority.h"
#include "broker/service/services.h"

typedef struct OwnCertificate OwnCertificate;

/** Called in a thread of its own when the folder holds another certificate. */
typedef void (*OwnCertificateRenewed)(gpointer user_data);

/** Looks each hour, and when it is asked to, whether @folder still holds a certificate that is fresh and
 * counts, and makes a new one else. All is borrowed for life. */
OwnCertificate *own_certificate_watch(Services *services, const Authority *authority, const char *folder,
                                      const Identity *identity, const char *const *addresses,
                                      OwnCertificateRenewed renewed, gpointer user_data);

/** Looks soon. From any thread. */
void own_certificate_look(OwnCertificate *own);

/** Ends @own (nullable). */
void own_certificate_free(OwnCertificate *own);

/** Makes sure that @folder holds a certificate of @identity for @addresses that is fresh and counts, and that
 * it is entered. */
gboolean own_certificate_ensure(Services *services, const Authority *authority, const char *folder,
                                const Identity *identity, const char *const *addresses,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
