/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_transaction.h"

#include "common/base/secret.h"

#include <string.h>

#define SECRET_BYTES 32
#define SECRET_CHARS 43 /* of base64url */
#define DIGEST_BYTES 32

/* Each of its own, so that none tells of another. */
static char *
derive(const char *purpose, const char *secret)
{
  g_autofree char *text = g_strconcat("caraway oidc ", purpose, " ", secret, NULL);
  return secret_hash(text);
}

char *
oidc_transaction_challenge(const char *verifier)
{
  guint8 digest[DIGEST_BYTES];
  gsize size = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, (const guchar *)verifier, -1);
  g_checksum_get_digest(checksum, digest, &size);
  return secret_to_base64url(digest, size);
}

gboolean
oidc_transaction_is_challenge(const char *text)
{
  if (text == NULL || strlen(text) != SECRET_CHARS)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum(*at) && *at != '-' && *at != '_')
      return FALSE;
  return TRUE;
}

OidcTransaction *
oidc_transaction_of(const char *secret)
{
  if (!oidc_transaction_is_challenge(secret))
    return NULL;
  OidcTransaction *transaction = g_new0(OidcTransaction, 1);
  transaction->secret = g_strdup(secret);
  transaction->key = derive("key", secret);
  transaction->state = derive("state", secret);
  transaction->nonce = derive("nonce", secret);
  transaction->verifier = derive("verifier", secret);
  transaction->challenge = oidc_transaction_challenge(transaction->verifier);
  return transaction;
}

OidcTransaction *
oidc_transaction_new(void)
{
  char *secret = secret_random(SECRET_BYTES);
  OidcTransaction *transaction = oidc_transaction_of(secret);
  secret_free(secret);
  return transaction;
}

static void
add(GString *address, const char *name, const char *value)
{
  g_string_append_printf(address, "%c%s=", strchr(address->str, '?') == NULL ? '?' : '&', name);
  g_string_append_uri_escaped(address, value, NULL, FALSE);
}

char *
oidc_transaction_address(const OidcTransaction *transaction, const OidcAsking *asking)
{
  GString *address = g_string_new(asking->endpoint);
  add(address, "response_type", "code");
  add(address, "client_id", asking->client_id);
  add(address, "redirect_uri", asking->redirect_uri);
  add(address, "scope", asking->scopes);
  add(address, "state", transaction->state);
  add(address, "nonce", transaction->nonce);
  add(address, "code_challenge", transaction->challenge);
  add(address, "code_challenge_method", "S256");
  return g_string_free(address, FALSE);
}

void
oidc_transaction_free(OidcTransaction *transaction)
{
  if (transaction == NULL)
    return;
  secret_free(transaction->secret);
  secret_free(transaction->verifier);
  g_free(transaction->key);
  g_free(transaction->state);
  g_free(transaction->nonce);
  g_free(transaction->challenge);
  g_free(transaction);
}
