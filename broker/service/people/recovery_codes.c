/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/recovery_codes.h"

#include "broker/auth/totp.h"
#include "broker/store/second_factor_store.h"
#include "common/base/secret.h"

char *
recovery_codes_hash(const char *user_id, const char *letters)
{
  char *bound = g_strconcat(user_id, " ", letters, NULL);
  char *hash = secret_hash(bound);
  secret_free(bound);
  return hash;
}

GStrv
recovery_codes_renew(Work *work, const char *user_id, GError **error)
{
  char **codes = g_new0(char *, RECOVERY_CODES + 1);
  g_auto(GStrv) hashes = g_new0(char *, RECOVERY_CODES + 1);
  for (guint i = 0; i < RECOVERY_CODES; i++) {
    char *letters = totp_recovery_code();
    codes[i] = factor_code_show_recovery(letters);
    hashes[i] = recovery_codes_hash(user_id, letters);
    secret_free(letters);
  }
  if (second_factor_store_set_recovery(work->transaction, user_id, (const char *const *)hashes, error))
    return codes;
  recovery_codes_free(codes);
  return NULL;
}

void
recovery_codes_free(GStrv codes)
{
  for (guint i = 0; codes != NULL && codes[i] != NULL; i++)
    secret_free(codes[i]);
  g_free(codes);
}
