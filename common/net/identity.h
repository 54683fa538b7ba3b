/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a machine is: the URI subject alternative name caraway://INSTALLATION/ROLE/NAME of its certificate
 * (docs/protocols.md, 1). This module reads and writes that name; whether the certificate is signed by our CA
 * is credentials.h's business, and no identity counts before that was checked.
 */
#pragma once

#include <gio/gio.h>
#include <openssl/x509.h>

typedef enum {
  IDENTITY_BROKER,
  IDENTITY_HOST,
  IDENTITY_RELAY,
  IDENTITY_PORTAL,
  IDENTITY_DEVICE,
} IdentityRole;

typedef struct {
  char *installation; /**< UUID */
  IdentityRole role;
  char *name;   /**< "kvm1" */
  char *serial; /**< (nullable) hexadecimal, of the certificate that it was read from */
} Identity;

/** The name of @role, e.g. "relay" (static). */
const char *identity_role_name(IdentityRole role);

/** The role named @name; FALSE when there is none. */
gboolean identity_role_from_name(const char *name, IdentityRole *ret_role) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @name (nullable) may name a machine: 1 … 63 of [a-z0-9.-], first and last a letter or digit. */
gboolean identity_name_is_valid(const char *name) G_GNUC_WARN_UNUSED_RESULT;

/** A copy of the three parts; they must have their shape. */
Identity *identity_new(const char *installation, IdentityRole role, const char *name);

/** A copy of @identity. */
Identity *identity_copy(const Identity *identity);

/** The identity that @uri stands for (transfer full); NULL when it is not one. */
Identity *identity_parse(const char *uri);

/** The URI of @identity (transfer full). */
char *identity_uri(const Identity *identity);

/** The short form ROLE/NAME that messages carry, e.g. "relay/kvm1" (transfer full). */
char *identity_text(const Identity *identity);

/** Whether @identity's short form is @text (nullable). */
gboolean identity_is(const Identity *identity, const char *text);

/** The identity in @certificate (transfer full): its one URI subject alternative name.
 * CARAWAY_ERROR_UNTRUSTED when it has none, several, or one that is not ours. */
Identity *identity_from_x509(const X509 *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As identity_from_x509(), of a certificate as GIO knows it. */
Identity *identity_from_certificate(GTlsCertificate *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @identity (nullable). */
void identity_free(Identity *identity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)
