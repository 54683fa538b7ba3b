/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's own certificate: signed by its own authority, entered like any other.
 */
#pragma once

#include "broker/hostlink/authority.h"
#include "broker/service/services.h"

/** Makes sure that @folder holds a certificate of @identity for @addresses that is fresh and counts, and that
 * it is entered. */
gboolean own_certificate_ensure(Services *services, const Authority *authority, const char *folder,
                                const Identity *identity, const char *const *addresses,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
