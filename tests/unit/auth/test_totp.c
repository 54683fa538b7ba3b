/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/totp.h"

#include <string.h>

/* RFC 6238, appendix B, its last six digits; steps of 30 s. */
static const guint8 RFC_SECRET[] = "12345678901234567890";
static const struct {
  gint64 time_s;
  const char *code;
} RFC_ROWS[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};

static void
test_rfc_6238(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(RFC_ROWS); i++) {
    char code[FACTOR_CODE_DIGITS + 1];
    totp_code(RFC_SECRET, RFC_ROWS[i].time_s / 30, code);
    g_assert_cmpstr(code, ==, RFC_ROWS[i].code);
  }
}

static void
test_match(void)
{
  static const gint64 steps[] = {1, 2, 3};
  char code[FACTOR_CODE_DIGITS + 1];
  for (int i = 0; i < 3; i++) {
    totp_code(RFC_SECRET, steps[i], code);
    g_assert_cmpint(totp_match(RFC_SECRET, steps, 3, code), ==, i);
  }
  totp_code(RFC_SECRET, 4, code);
  g_assert_cmpint(totp_match(RFC_SECRET, steps, 3, code), ==, -1);
  g_assert_cmpint(totp_match(RFC_SECRET, steps, 3, ""), ==, -1);
  g_assert_cmpint(totp_match(RFC_SECRET, steps, 3, "28708"), ==, -1);
  g_assert_cmpint(totp_match(RFC_SECRET, steps, 3, "2870820"), ==, -1);
}

static void
test_secret_as_text(void)
{
  g_autofree char *text = totp_secret_text(RFC_SECRET);
  g_assert_cmpstr(text, ==, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  g_autofree char *uri = totp_uri(text, "alice", "desk.example.org:8443");
  g_assert_cmpstr(uri, ==,
                  "otpauth://totp/Caraway:alice%40desk.example.org%3A8443?secret="
                  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Caraway&algorithm=SHA1&digits=6&period=30");
  g_autofree char *odd = totp_uri(text, "a?b&c=d#e/f", NULL);
  g_assert_nonnull(strstr(odd, "Caraway:a%3Fb%26c%3Dd%23e%2Ff?"));
}

static void
test_secrets_and_codes_differ(void)
{
  guint8 first[TOTP_SECRET_BYTES], second[TOTP_SECRET_BYTES];
  totp_secret_make(first);
  totp_secret_make(second);
  g_assert_cmpint(memcmp(first, second, sizeof first), !=, 0);
  g_autofree char *code = totp_recovery_code();
  g_autofree char *other = totp_recovery_code();
  g_assert_cmpstr(code, !=, other);
  g_assert_cmpint(factor_code_read(code).kind, ==, FACTOR_CODE_RECOVERY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/totp/rfc-6238", test_rfc_6238);
  g_test_add_func("/totp/match", test_match);
  g_test_add_func("/totp/secret-as-text", test_secret_as_text);
  g_test_add_func("/totp/random", test_secrets_and_codes_differ);
  return g_test_run();
}
