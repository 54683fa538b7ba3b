/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/sign_in_token.h"
#include "common/base/error.h"

static void
test_finding(void)
{
  static const struct {
    const char *authorization, *cookie, *token;
    gboolean by_cookie;
  } CASES[] = {
      {NULL, NULL, NULL, FALSE},
      {"Bearer abc-_1", NULL, "abc-_1", FALSE},
      {"bearer abc", NULL, "abc", FALSE},
      {"Bearer ", NULL, NULL, FALSE},
      {"Bearer a b", NULL, NULL, FALSE},
      {"Bearer a, Bearer b", NULL, NULL, FALSE},
      {"Basic YTpi", NULL, NULL, FALSE},
      {NULL, "__Host-caraway=abc", "abc", TRUE},
      {NULL, "other=1; __Host-caraway=abc; more=2", "abc", TRUE},
      {NULL, "x__Host-caraway=abc", NULL, FALSE},
      {NULL, "__Host-caraway=", NULL, FALSE},
      {NULL, "__Host-caraway=a\"b", NULL, FALSE},
      {"Bearer abc", "__Host-caraway=def", "abc", FALSE},
      {"Basic YTpi", "__Host-caraway=def", NULL, FALSE}, /* what is said goes before what the browser adds */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    gboolean by_cookie = TRUE;
    g_autofree char *token = sign_in_token_find(CASES[i].authorization, CASES[i].cookie, &by_cookie);
    g_assert_cmpstr(token, ==, CASES[i].token);
    g_assert_true(by_cookie == CASES[i].by_cookie);
  }
}

static void
test_long_tokens_are_none(void)
{
  g_autofree char *name = g_strnfill(300, 'a');
  g_autofree char *authorization = g_strconcat("Bearer ", name, NULL);
  gboolean by_cookie = TRUE;
  g_assert_null(sign_in_token_find(authorization, NULL, &by_cookie));
}

static void
test_origin(void)
{
  static const struct {
    const char *method, *origin;
    gboolean by_cookie, has_header, allowed;
  } CASES[] = {
      {"GET", "https://evil.example", TRUE, FALSE, TRUE},
      {"HEAD", NULL, TRUE, FALSE, TRUE},
      {"POST", NULL, FALSE, FALSE, TRUE},
      {"POST", NULL, TRUE, FALSE, FALSE},
      {"POST", NULL, TRUE, TRUE, TRUE},
      {"DELETE", NULL, TRUE, FALSE, FALSE},
      {"POST", "https://portal.example:8443", TRUE, TRUE, TRUE},
      {"POST", "https://Portal.example:8443", TRUE, TRUE, TRUE},
      {"POST", "https://evil.example", TRUE, TRUE, FALSE},
      {"POST", "https://evil.example", FALSE, TRUE, FALSE},
      {"POST", "http://portal.example:8443", TRUE, TRUE, FALSE},
      {"POST", "https://portal.example", TRUE, TRUE, FALSE},
      {"POST", "null", TRUE, TRUE, FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Request request = {.method = (char *)CASES[i].method,
                       .origin = (char *)CASES[i].origin,
                       .public_host = (char *)"portal.example:8443",
                       .by_cookie = CASES[i].by_cookie,
                       .has_header = CASES[i].has_header};
    g_autoptr(GError) error = NULL;
    gboolean allowed = sign_in_token_check_origin(&request, &error);
    g_assert_true(allowed == CASES[i].allowed);
    if (!allowed)
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN);
  }
}

static void
test_cookie(void)
{
  g_autofree char *cookie = sign_in_token_cookie("abc", 60);
  g_assert_cmpstr(cookie, ==, "__Host-caraway=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
  g_autofree char *device = sign_in_token_device_cookie("abc", 60);
  g_assert_cmpstr(device, ==,
                  "__Host-caraway-device=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
  g_autofree char *begun = sign_in_token_oidc_cookie("abc", 60);
  g_assert_cmpstr(begun, ==, "__Host-caraway-oidc=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sign-in-token/finding", test_finding);
  g_test_add_func("/sign-in-token/long", test_long_tokens_are_none);
  g_test_add_func("/sign-in-token/origin", test_origin);
  g_test_add_func("/sign-in-token/cookie", test_cookie);
  return g_test_run();
}
