/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/factor_vault.h"

#include "common/base/error.h"

#include <string.h>

static const guint8 KEY[FACTOR_KEY_BYTES] = {1, 2, 3};
static const guint8 OTHER_KEY[FACTOR_KEY_BYTES] = {1, 2, 4};
static const guint8 SECRET[20] = "nineteen characters";

static gboolean
opens(const guint8 *key, const char *owner, const char *sealed, gsize size)
{
  g_autoptr(FactorVault) vault = factor_vault_new(key);
  g_autoptr(GError) error = NULL;
  guint8 opened[64] = {0};
  if (!factor_vault_open(vault, owner, sealed, opened, size, &error)) {
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
    return FALSE;
  }
  g_assert_cmpmem(opened, size, SECRET, sizeof SECRET);
  return TRUE;
}

static void
test_round_trip(void)
{
  g_autoptr(FactorVault) vault = factor_vault_new(KEY);
  g_autofree char *sealed = factor_vault_seal(vault, "alice", SECRET, sizeof SECRET);
  g_autofree char *again = factor_vault_seal(vault, "alice", SECRET, sizeof SECRET);
  g_assert_cmpstr(sealed, !=, again); /* two that are alike cannot be told to be */
  g_assert_null(strstr(sealed, "nineteen"));
  g_assert_true(opens(KEY, "alice", sealed, sizeof SECRET));
}

static void
test_refused(void)
{
  g_autoptr(FactorVault) vault = factor_vault_new(KEY);
  g_autofree char *sealed = factor_vault_seal(vault, "alice", SECRET, sizeof SECRET);
  g_assert_false(opens(OTHER_KEY, "alice", sealed, sizeof SECRET));
  g_assert_false(opens(KEY, "mallory", sealed, sizeof SECRET)); /* moved into another row */
  g_assert_false(opens(KEY, "alice", sealed, sizeof SECRET - 1));
  g_assert_false(opens(KEY, "alice", "", sizeof SECRET));
  g_assert_false(opens(KEY, "alice", "not base64!", sizeof SECRET));
  sealed[30] = sealed[30] == 'A' ? 'B' : 'A';
  g_assert_false(opens(KEY, "alice", sealed, sizeof SECRET));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/factor-vault/round-trip", test_round_trip);
  g_test_add_func("/factor-vault/refused", test_refused);
  return g_test_run();
}
