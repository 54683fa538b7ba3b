/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/forward_headers.h"

static SoupMessageHeaders *
headers_of(const char *const (*pairs)[2])
{
  SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST);
  for (; (*pairs)[0] != NULL; pairs++)
    soup_message_headers_append(headers, (*pairs)[0], (*pairs)[1]);
  return headers;
}

static const char *const hostile[][2] = {
    {"Host", "portal.example"},
    {"Connection", "keep-alive, X-Private"},
    {"X-Private", "1"},
    {"Keep-Alive", "timeout=5"},
    {"TE", "trailers"},
    {"Transfer-Encoding", "chunked"},
    {"Upgrade", "h2c"},
    {"HTTP2-Settings", "AA"},
    {"Proxy-Authorization", "Basic"},
    {"Content-Length", "3"},
    {"X-Forwarded-For", "6.6.6.6"},
    {"x-forwarded-host", "evil.example"},
    {"X-Forwarded-Proto", "http"},
    {"X-Forwarded-User", "root"},
    {"Forwarded", "for=6.6.6.6"},
    {"Caraway-Client-Address", "6.6.6.6"},
    {"Caraway-Portal-Certificate", "own"},
    {"Accept", "application/json"},
    {"Cookie", "__Host-caraway=abc"},
    {"Authorization", "Bearer x"},
    {"X-Caraway-Request", "1"},
    {"Origin", "https://portal.example"},
    {"Idempotency-Key", "k"},
    {NULL, NULL},
};

static SoupMessageHeaders *
forwarded(gboolean certificate_is_own)
{
  g_autoptr(SoupMessageHeaders) from = headers_of(hostile);
  SoupMessageHeaders *to = soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST);
  forward_headers_request(from, "192.0.2.7", "portal.example", certificate_is_own, to);
  return to;
}

static void
test_hop_by_hop_headers_stay_here(void)
{
  g_autoptr(SoupMessageHeaders) to = forwarded(FALSE);
  static const char *const gone[] = {"Connection",
                                     "Keep-Alive",
                                     "TE",
                                     "Transfer-Encoding",
                                     "Upgrade",
                                     "HTTP2-Settings",
                                     "Proxy-Authorization",
                                     "Content-Length",
                                     "X-Private",
                                     "Host",
                                     "Forwarded",
                                     "Caraway-Client-Address",
                                     "X-Forwarded-User"};
  for (guint i = 0; i < G_N_ELEMENTS(gone); i++)
    if (soup_message_headers_get_list(to, gone[i]) != NULL)
      g_error("%s was passed on", gone[i]);
}

static void
test_end_to_end_headers_pass(void)
{
  g_autoptr(SoupMessageHeaders) to = forwarded(FALSE);
  static const char *const kept[] = {"Accept", "Cookie",         "Authorization", "X-Caraway-Request",
                                     "Origin", "Idempotency-Key"};
  for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
    if (soup_message_headers_get_one(to, kept[i]) == NULL)
      g_error("%s was lost", kept[i]);
}

static void
test_the_portal_says_who_asks(void)
{
  g_autoptr(SoupMessageHeaders) to = forwarded(FALSE);
  g_assert_cmpstr(soup_message_headers_get_list(to, "X-Forwarded-For"), ==, "192.0.2.7");
  g_assert_cmpstr(soup_message_headers_get_list(to, "X-Forwarded-Host"), ==, "portal.example");
  g_assert_cmpstr(soup_message_headers_get_list(to, "X-Forwarded-Proto"), ==, "https");
}

static void
test_the_portal_says_whose_certificate_it_serves(void)
{
  g_autoptr(SoupMessageHeaders) joined = forwarded(FALSE);
  g_autoptr(SoupMessageHeaders) own = forwarded(TRUE);
  g_assert_null(soup_message_headers_get_list(joined, "Caraway-Portal-Certificate"));
  g_assert_cmpstr(soup_message_headers_get_list(own, "Caraway-Portal-Certificate"), ==, "own");
}

static void
test_answers_lose_their_framing(void)
{
  static const char *const pairs[][2] = {
      {"Content-Length", "9"}, {"Connection", "X-Hop"}, {"X-Hop", "1"},    {"Server", "broker"},
      {"Set-Cookie", "a=1"},   {"Set-Cookie", "b=2"},   {"ETag", "\"1\""}, {NULL, NULL}};
  g_autoptr(SoupMessageHeaders) from = headers_of(pairs);
  g_autoptr(SoupMessageHeaders) to = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
  forward_headers_answer(from, to);
  g_assert_null(soup_message_headers_get_list(to, "Content-Length"));
  g_assert_null(soup_message_headers_get_list(to, "Connection"));
  g_assert_null(soup_message_headers_get_list(to, "X-Hop"));
  g_assert_null(soup_message_headers_get_list(to, "Server"));
  g_assert_cmpstr(soup_message_headers_get_one(to, "ETag"), ==, "\"1\"");
  g_assert_cmpstr(soup_message_headers_get_list(to, "Set-Cookie"), ==, "a=1, b=2");
}

static void
test_hosts(void)
{
  static const struct {
    const char *value;
    gboolean is_good;
  } cases[] = {{"portal.example", TRUE},
               {"portal.example:8443", TRUE},
               {"[::1]:443", TRUE},
               {"127.0.0.1", TRUE},
               {"", FALSE},
               {"a b", FALSE},
               {"evil/", FALSE},
               {"a@b", FALSE},
               {"a\"b", FALSE}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(SoupMessageHeaders) headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST);
    soup_message_headers_append(headers, "Host", cases[i].value);
    g_assert_cmpint(forward_headers_host(headers) != NULL, ==, cases[i].is_good);
  }
}

static void
test_a_doubled_host_is_refused(void)
{
  static const char *const pairs[][2] = {{"Host", "a.example"}, {"Host", "b.example"}, {NULL, NULL}};
  g_autoptr(SoupMessageHeaders) headers = headers_of(pairs);
  g_assert_null(forward_headers_host(headers));
}

static void
test_framing(void)
{
  static const struct {
    const char *const pairs[3][2];
    gboolean is_sound;
  } cases[] = {
      {{{NULL, NULL}}, TRUE},
      {{{"Content-Length", "0"}}, TRUE},
      {{{"Content-Length", "12"}}, TRUE},
      {{{"Transfer-Encoding", "chunked"}}, FALSE},
      {{{"Content-Length", "-1"}}, FALSE},
      {{{"Content-Length", "+1"}}, FALSE},
      {{{"Content-Length", "0x2"}}, FALSE},
      {{{"Content-Length", ""}}, FALSE},
      {{{"Content-Length", "99999999999999999999"}}, FALSE},
      {{{"Content-Length", "2"}, {"Content-Length", "2"}}, FALSE},
      {{{"Content-Length", "2"}, {"Transfer-Encoding", "chunked"}}, FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(SoupMessageHeaders) headers = headers_of(cases[i].pairs);
    if (forward_framing_is_sound(headers) != cases[i].is_sound)
      g_error("wrong answer for case %u", i);
  }
}

static void
test_paths(void)
{
  static const struct {
    const char *path;
    gboolean is_allowed;
  } cases[] = {
      {"/api/v1/me", TRUE},
      {"/api/v1/pools/office%20one/connect", TRUE},
      {"/api/v1/pools/a..b", TRUE},
      {"/api/v1", FALSE},
      {"/api/v2/me", FALSE},
      {"/internal/redeem", FALSE},
      {"/api/v1/../../internal/redeem", FALSE},
      {"/api/v1/..", FALSE},
      {"/api/v1/%2e%2e/%2e%2e/internal/redeem", FALSE},
      {"/api/v1/..%2f..%2finternal/redeem", FALSE},
      {"/api/v1/%2E./internal", FALSE},
      {"/api/v1//internal/redeem", FALSE},
      {"/api/v1/a\\..\\b", FALSE},
      {"/api/v1/a%5c..", FALSE},
      {"/api/v1/a%00b", FALSE},
      {"/api/v1/a%zz", FALSE},
      {"/API/v1/me", FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    if (forward_path_is_allowed(cases[i].path) != cases[i].is_allowed)
      g_error("wrong answer for %s", cases[i].path);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/forward-headers/hop-by-hop", test_hop_by_hop_headers_stay_here);
  g_test_add_func("/forward-headers/end-to-end", test_end_to_end_headers_pass);
  g_test_add_func("/forward-headers/forwarded", test_the_portal_says_who_asks);
  g_test_add_func("/forward-headers/certificate", test_the_portal_says_whose_certificate_it_serves);
  g_test_add_func("/forward-headers/answers", test_answers_lose_their_framing);
  g_test_add_func("/forward-headers/hosts", test_hosts);
  g_test_add_func("/forward-headers/doubled-host", test_a_doubled_host_is_refused);
  g_test_add_func("/forward-headers/framing", test_framing);
  g_test_add_func("/forward-headers/paths", test_paths);
  return g_test_run();
}
