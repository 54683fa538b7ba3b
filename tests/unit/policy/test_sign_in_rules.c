/* SPDX-License-Identifier: Apache-2.0 */
/* What a sign-in is called by its program, and how long it holds. */
#include "broker/model/client_name.h"
#include "broker/policy/sign_in_limits.h"
#include "common/base/text.h"

#include <string.h>

static void
test_client_names(void)
{
  static const struct {
    const char *agent, *name;
  } rows[] = {
      {NULL, ""},
      {"", ""},
      {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 "
       "Safari/537.36 Edg/126.0",
       "Edge on Windows"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iOS"},
      {"Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"},
      {"carawayctl/0.1.0", "carawayctl"},
      {"caraway-client/0.1.0", "Caraway client"},
      {"curl/8.9", "curl"},
      {"<script>alert(1)</script>", ""},
      {"a\x1b[2J\r\nSet-Cookie: x", "a"},
      {"\xff\xfe", ""},
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = client_name(rows[i].agent);
    g_assert_cmpstr(name, ==, rows[i].name);
  }
}

static void
test_client_names_are_short_and_plain(void)
{
  g_autofree char *endless = g_strnfill(1 << 20, 'x');
  g_autofree char *name = client_name(endless);
  g_assert_cmpuint(strlen(name), <=, CLIENT_NAME_MAX_BYTES);
  for (int byte = 1; byte < 256; byte++) {
    const char agent[] = {'o', 'k', (char)byte, 'e', 'n', 'd', '\0'};
    g_autofree char *short_name = client_name(agent);
    g_assert_true(text_is_plain(short_name));
    g_assert_true(g_str_is_ascii(short_name));
    g_assert_null(strpbrk(short_name, "<>&\"'; "));
  }
}

static void
test_limits(void)
{
  static const SignInLimits limits = {.user = {100, 1000}, .administrator = {10, 50}};
  static const struct {
    gboolean administrator;
    gint64 used_us, now_us;
    gboolean holds;
  } rows[] = {
      {FALSE, 0, 99, TRUE},    {FALSE, 0, 100, FALSE}, {FALSE, 950, 999, TRUE}, {FALSE, 950, 1000, FALSE},
      {TRUE, 0, 9, TRUE},      {TRUE, 0, 10, FALSE},   {TRUE, 45, 49, TRUE},    {TRUE, 45, 50, FALSE},
      {FALSE, 200, 100, TRUE}, /* a clock that was set back */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gint64 end_us = sign_in_limits_end_us(&limits, rows[i].administrator, 0, G_MAXINT64);
    g_assert_cmpint(
        sign_in_limits_hold(&limits, rows[i].administrator, rows[i].used_us, end_us, rows[i].now_us), ==,
        rows[i].holds);
  }
  g_assert_cmpint(sign_in_limits_end_us(&limits, FALSE, 5, 20), ==, 20);
  g_assert_cmpint(sign_in_limits_end_us(&limits, TRUE, 5, 900), ==, 55); /* who was promoted since */
  g_assert_cmpint(sign_in_limits_longest_idle_us(&limits), ==, 100);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client-name/rows", test_client_names);
  g_test_add_func("/client-name/bounds", test_client_names_are_short_and_plain);
  g_test_add_func("/sign-in-limits/rows", test_limits);
  return g_test_run();
}
