/* SPDX-License-Identifier: Apache-2.0 */
/* Codes as people type them, and sealed secrets as somebody who writes to the database could change them. */
#include "broker/auth/factor_vault.h"
#include "broker/model/factor_code.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_code(const char *text)
{
  FactorCode code = factor_code_read(text);
  if (code.kind == FACTOR_CODE_TIME)
    g_assert_cmpuint(strspn(code.text, "0123456789"), ==, FACTOR_CODE_DIGITS);
  if (code.kind != FACTOR_CODE_RECOVERY)
    return;
  g_assert_cmpuint(strspn(code.text, FACTOR_RECOVERY_ALPHABET), ==, FACTOR_RECOVERY_LETTERS);
  g_autofree char *shown = factor_code_show_recovery(code.text);
  FactorCode again = factor_code_read(shown);
  g_assert_cmpint(again.kind, ==, FACTOR_CODE_RECOVERY);
  g_assert_cmpstr(again.text, ==, code.text);
}

/* Nothing that was not sealed with the key opens. */
static void
check_vault(const char *text)
{
  static const guint8 KEY[FACTOR_KEY_BYTES] = "nobody who makes inputs has it";
  guint8 opened[20];
  g_autoptr(FactorVault) vault = factor_vault_new(KEY);
  g_autoptr(GError) error = NULL;
  g_assert_false(factor_vault_open(vault, "alice", text, opened, sizeof opened, &error));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup((const char *)data, size);
  check_code(text);
  check_vault(text);
  return 0;
}
