/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/factor_key.h"

#include "broker/service/work.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"

#include <sodium.h>

#define SETTING "second-factor-key"

/* Of several brokers that begin at once one makes it: who writes waits for the others. */
static gboolean
make(Work *work, const FactorVault *wrapping, guint8 key[FACTOR_KEY_BYTES], GError **error)
{
  randombytes_buf(key, FACTOR_KEY_BYTES);
  g_autofree char *wrapped = factor_vault_seal(wrapping, SETTING, key, FACTOR_KEY_BYTES);
  return setting_store_set(work->transaction, SETTING, wrapped, error) && work_commit(work, error);
}

static gboolean
read_or_make(Services *services, const FactorVault *wrapping, guint8 key[FACTOR_KEY_BYTES], GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autofree char *wrapped = setting_store_get(work->transaction, SETTING, &problem);
  if (wrapped != NULL)
    return factor_vault_open(wrapping, SETTING, wrapped, key, FACTOR_KEY_BYTES, error);
  if (!g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_error_free(problem);
  return make(work, wrapping, key, error);
}

gboolean
factor_key_open(Services *services, const guint8 wrapping_key[FACTOR_KEY_BYTES], GError **error)
{
  g_autoptr(FactorVault) wrapping = factor_vault_new(wrapping_key);
  guint8 key[FACTOR_KEY_BYTES];
  gboolean opened = read_or_make(services, wrapping, key, error);
  if (opened) {
    factor_vault_free(services->factor_vault);
    services->factor_vault = factor_vault_new(key);
  }
  sodium_memzero(key, sizeof key);
  return opened;
}

const FactorVault *
factor_key_vault(Services *services, GError **error)
{
  if (services->factor_vault == NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                        "This broker has no key for second factors.");
  return services->factor_vault;
}
