/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_trust.h"

#include <glib/gi18n.h>
#include <string.h>

#define FINGERPRINT_DIGITS 64

char *
api_trust_fingerprint(GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) der = NULL;
  g_object_get(certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data(G_CHECKSUM_SHA256, der->data, der->len);
}

char *
api_trust_normalize_fingerprint(const char *text)
{
  g_autoptr(GString) digits = g_string_new(NULL);
  for (const char *c = text; *c != '\0'; c++) {
    if (g_ascii_isxdigit(*c))
      g_string_append_c(digits, g_ascii_tolower(*c));
    else if (*c != ':' && *c != ' ')
      return NULL;
  }
  if (digits->len != FINGERPRINT_DIGITS)
    return NULL;
  return g_string_free(g_steal_pointer(&digits), FALSE);
}

const char *
api_trust_problem(GTlsCertificateFlags errors)
{
  if (errors & G_TLS_CERTIFICATE_REVOKED)
    return N_("its certificate was revoked.");
  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return N_(
        "its certificate was not signed by an authority that is known here. Give the CA's file, or check "
        "the certificate's fingerprint.");
  if (errors & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return N_("its certificate was made for another name or address.");
  if (errors & G_TLS_CERTIFICATE_EXPIRED)
    return N_("its certificate has expired. Check the clock of this machine too.");
  if (errors & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return N_("its certificate is not valid yet. Check the clock of this machine.");
  return N_("its certificate is damaged or too weak.");
}

/* libsoup asks its hook only about certificates that its database refuses. A pin must also refuse what the
 * system would accept, so it is a database of its own. */
G_DECLARE_FINAL_TYPE(PinDatabase, pin_database, API, PIN_DATABASE, GTlsDatabase)

struct _PinDatabase {
  GTlsDatabase parent;
  char *fingerprint;
};

G_DEFINE_TYPE(PinDatabase, pin_database, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
pin_database_verify_chain(GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                          GSocketConnectable *identity, GTlsInteraction *interaction,
                          GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  PinDatabase *self = API_PIN_DATABASE(database);
  g_autofree char *fingerprint = api_trust_fingerprint(chain);
  return strcmp(fingerprint, self->fingerprint) == 0 ? 0 : G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void
pin_database_finalize(GObject *object)
{
  g_free(API_PIN_DATABASE(object)->fingerprint);
  G_OBJECT_CLASS(pin_database_parent_class)->finalize(object);
}

static void
pin_database_class_init(PinDatabaseClass *class)
{
  G_OBJECT_CLASS(class)->finalize = pin_database_finalize;
  G_TLS_DATABASE_CLASS(class)->verify_chain = pin_database_verify_chain;
}

static void
pin_database_init(PinDatabase *self)
{
}

GTlsDatabase *
api_trust_pin_database(const char *fingerprint)
{
  PinDatabase *self = g_object_new(pin_database_get_type(), NULL);
  self->fingerprint = g_strdup(fingerprint);
  return G_TLS_DATABASE(self);
}

gboolean
api_trust_ask(GTlsCertificate *certificate, GTlsCertificateFlags errors, ApiCertificateDecision decide,
              gpointer user_data)
{
  g_autofree char *fingerprint = api_trust_fingerprint(certificate);
  g_autofree char *subject = g_tls_certificate_get_subject_name(certificate);
  g_autofree char *issuer = g_tls_certificate_get_issuer_name(certificate);
  const ApiCertificate shown = {
      .fingerprint = fingerprint,
      .subject = subject != NULL ? subject : "unknown",
      .issuer = issuer != NULL ? issuer : "unknown",
      .problem = api_trust_problem(errors),
  };
  return decide(&shown, user_data);
}
