/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/factor_code.h"

static void
test_reading(void)
{
  static const struct {
    const char *text;
    FactorCodeKind kind;
    const char *letters;
  } rows[] = {
      {"123456", FACTOR_CODE_TIME, "123456"},
      {" 123 456 ", FACTOR_CODE_TIME, "123456"},
      {"000000", FACTOR_CODE_TIME, "000000"},
      {"ABCD-EFGH-IJKL-MNOP", FACTOR_CODE_RECOVERY, "ABCDEFGHIJKLMNOP"},
      {"abcdefghijklmnop", FACTOR_CODE_RECOVERY, "ABCDEFGHIJKLMNOP"},
      {"0bcd efgh 1jkl mn8p", FACTOR_CODE_RECOVERY, "OBCDEFGHIJKLMNBP"},
      {"2222-3333-4444-5555", FACTOR_CODE_RECOVERY, "2222333344445555"},
      {"", FACTOR_CODE_NONE, NULL},
      {"12345", FACTOR_CODE_NONE, NULL},
      {"1234567", FACTOR_CODE_NONE, NULL},
      {"12345a", FACTOR_CODE_NONE, NULL},
      {"+12345", FACTOR_CODE_NONE, NULL},
      {"ABCD-EFGH-IJKL-MNO", FACTOR_CODE_NONE, NULL},
      {"ABCD-EFGH-IJKL-MNOPQ", FACTOR_CODE_NONE, NULL},
      {"ABCD-EFGH-IJKL-MN9P", FACTOR_CODE_NONE, NULL},
      {"ABCD-EFGH-IJKL-MN\xc3\xb6", FACTOR_CODE_NONE, NULL},
      {"\xd9\xa1\xd9\xa2\xd9\xa3", FACTOR_CODE_NONE, NULL}, /* digits of another script */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    FactorCode code = factor_code_read(rows[i].text);
    g_assert_cmpint(code.kind, ==, rows[i].kind);
    if (rows[i].letters != NULL)
      g_assert_cmpstr(code.text, ==, rows[i].letters);
  }
}

static void
test_too_long(void)
{
  g_autofree char *blanks = g_strnfill(FACTOR_CODE_TEXT_MAX - 5, ' ');
  g_autofree char *longest = g_strconcat(blanks, "12345", NULL);
  g_autofree char *longer = g_strconcat(blanks, "123456", NULL);
  g_assert_cmpint(factor_code_read(longest).kind, ==, FACTOR_CODE_NONE); /* five digits only */
  g_assert_cmpint(factor_code_read(longest + 1).kind, ==, FACTOR_CODE_NONE);
  g_assert_cmpint(factor_code_read(longer + 1).kind, ==, FACTOR_CODE_TIME);
  g_assert_cmpint(factor_code_read(longer).kind, ==, FACTOR_CODE_NONE);
}

static void
test_recovery_round_trip(void)
{
  g_autofree char *shown = factor_code_show_recovery("ABCDEFGHIJKLMNOP");
  g_assert_cmpstr(shown, ==, "ABCD-EFGH-IJKL-MNOP");
  FactorCode code = factor_code_read(shown);
  g_assert_cmpint(code.kind, ==, FACTOR_CODE_RECOVERY);
  g_assert_cmpstr(code.text, ==, "ABCDEFGHIJKLMNOP");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/factor-code/reading", test_reading);
  g_test_add_func("/factor-code/too-long", test_too_long);
  g_test_add_func("/factor-code/recovery-round-trip", test_recovery_round_trip);
  return g_test_run();
}
