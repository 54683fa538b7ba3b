/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/identity.h"

#include "common/base/error.h"
#include "common/net/openssl.h"

#include <openssl/x509v3.h>
#include <string.h>

#define SCHEME        "caraway://"
#define NAME_LENGTH   63
#define URI_MAX       160
#define NAMES_SCANNED 256

static const char *const ROLES[] = {"broker", "host", "relay", "portal", "device"};

const char *
identity_role_name(IdentityRole role)
{
  return ROLES[role];
}

gboolean
identity_role_from_name(const char *name, IdentityRole *ret_role)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(ROLES); i++) {
    if (strcmp(name, ROLES[i]) == 0) {
      *ret_role = (IdentityRole)i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_letter_or_digit(char c)
{
  return g_ascii_islower(c) || g_ascii_isdigit(c);
}

gboolean
identity_name_is_valid(const char *name)
{
  gsize length = name != NULL ? strnlen(name, NAME_LENGTH + 1) : 0;
  if (length == 0 || length > NAME_LENGTH || !is_letter_or_digit(name[0]) ||
      !is_letter_or_digit(name[length - 1]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!is_letter_or_digit(name[i]) && name[i] != '-' && name[i] != '.')
      return FALSE;
  return TRUE;
}

Identity *
identity_new(const char *installation, IdentityRole role, const char *name)
{
  Identity *identity = g_new0(Identity, 1);
  identity->installation = g_strdup(installation);
  identity->role = role;
  identity->name = g_strdup(name);
  return identity;
}

Identity *
identity_copy(const Identity *identity)
{
  Identity *copy = identity_new(identity->installation, identity->role, identity->name);
  copy->serial = g_strdup(identity->serial);
  return copy;
}

Identity *
identity_parse(const char *uri)
{
  if (uri == NULL || strnlen(uri, URI_MAX + 1) > URI_MAX || !g_str_has_prefix(uri, SCHEME))
    return NULL;
  g_auto(GStrv) parts = g_strsplit(uri + strlen(SCHEME), "/", 4);
  IdentityRole role;
  if (g_strv_length(parts) != 3 || !g_uuid_string_is_valid(parts[0]) ||
      !identity_role_from_name(parts[1], &role) || !identity_name_is_valid(parts[2]))
    return NULL;
  return identity_new(parts[0], role, parts[2]);
}

char *
identity_uri(const Identity *identity)
{
  return g_strdup_printf(SCHEME "%s/%s/%s", identity->installation, ROLES[identity->role], identity->name);
}

char *
identity_text(const Identity *identity)
{
  return g_strdup_printf("%s/%s", ROLES[identity->role], identity->name);
}

gboolean
identity_is(const Identity *identity, const char *text)
{
  g_autofree char *own = identity_text(identity);
  return g_strcmp0(own, text) == 0;
}

/* The one URI among @names; NULL when there is none or a second one. An embedded NUL ends nothing early: the
 * length that ASN.1 gives is compared with the text's. */
static Identity *
only_uri(const GENERAL_NAMES *names)
{
  g_autoptr(Identity) found = NULL;
  int count = sk_GENERAL_NAME_num(names);
  for (int i = 0; i < count && i < NAMES_SCANNED; i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI)
      continue;
    const ASN1_IA5STRING *value = name->d.uniformResourceIdentifier;
    g_autofree char *uri =
        g_strndup((const char *)ASN1_STRING_get0_data(value), (gsize)ASN1_STRING_length(value));
    if (found != NULL || strlen(uri) != (gsize)ASN1_STRING_length(value))
      return NULL;
    found = identity_parse(uri);
    if (found == NULL)
      return NULL;
  }
  return g_steal_pointer(&found);
}

Identity *
identity_from_x509(const X509 *certificate, GError **error)
{
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  Identity *identity = names != NULL ? only_uri(names) : NULL;
  GENERAL_NAMES_free(names);
  if (identity == NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                        "The certificate does not name a machine of a Caraway installation.");
  else
    identity->serial = openssl_x509_serial(certificate);
  return identity;
}

Identity *
identity_from_certificate(GTlsCertificate *certificate, GError **error)
{
  g_autoptr(X509) x509 = openssl_x509_from_certificate(certificate, error);
  return x509 != NULL ? identity_from_x509(x509, error) : NULL;
}

void
identity_free(Identity *identity)
{
  if (identity == NULL)
    return;
  g_free(identity->installation);
  g_free(identity->name);
  g_free(identity->serial);
  g_free(identity);
}
