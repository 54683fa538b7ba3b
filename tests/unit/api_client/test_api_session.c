/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_session.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "tests/unit/api_client/parsed_answer.h"

#define SESSION                                                                                              \
  "{\"id\":\"s1\",\"pool\":{\"id\":\"p1\",\"name\":\"office\"},\"desktop\":{\"id\":\"d1\",\"name\":"         \
  "\"office-0001\",\"host\":\"kvm1\"},\"user\":\"alice\",\"state\":\"connected\",\"step\":\"ready\","        \
  "\"progress\":100,\"created\":1,\"connected_from\":\"10.0.0.9\",\"viewer\":\"native\",\"reasons\":[]}"

static void
test_session(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got = parsed_answer_new(SESSION);
  g_autoptr(ApiSession) session = api_session_from_answer(got, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session->pool_name, ==, "office");
  g_assert_cmpstr(session->desktop_name, ==, "office-0001");
  g_assert_cmpstr(session->host, ==, "kvm1");
  g_assert_cmpint(session->state, ==, API_SESSION_CONNECTED);
  g_assert_cmpstr(session->connected_from, ==, "10.0.0.9");
  g_assert_null(session->end_code);
  /* of a server that does not say more */
  g_assert_null(session->warning);
  g_assert_null(session->on_logoff);
  g_assert_true(session->may_restart && session->may_reset);
}

static void
test_session_of_a_pool_with_rules(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got = parsed_answer_new(
      "{\"id\":\"s1\",\"pool\":{\"id\":\"p1\",\"name\":\"own\"},\"desktop\":{\"id\":\"d1\",\"name\":\"own-"
      "1\","
      "\"host\":\"kvm1\",\"kind\":\"dedicated\",\"power\":\"up\"},\"user\":\"a\",\"state\":\"connected\","
      "\"may_restart\":false,\"may_reset\":true,\"on_logoff\":\"stop\",\"warning\":\"It ends in 5 "
      "minutes.\",\"warning_code\":\"session-limit\",\"warning_action\":\"logoff\",\"warning_until\":"
      "\"2023-11-14T22:13:20Z\"}");
  g_autoptr(ApiSession) session = api_session_from_answer(got, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session->kind, ==, "dedicated");
  g_assert_cmpstr(session->warning, ==, "It ends in 5 minutes.");
  g_assert_cmpstr(session->warning_code, ==, "session-limit");
  g_assert_cmpstr(session->warning_action, ==, "logoff");
  g_assert_cmpint(session->warning_until_us, ==, G_GINT64_CONSTANT(1700000000000000));
  g_assert_cmpstr(session->on_logoff, ==, "stop");
  g_assert_false(session->may_restart);
  g_assert_true(session->may_reset);
}

static void
test_session_without_desktop(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got =
      parsed_answer_new("{\"id\":\"s1\",\"pool\":{\"id\":\"p1\",\"name\":\"office\"},\"desktop\":"
                        "null,\"user\":\"a\",\"state\":\"preparing\",\"step\":\"booting\","
                        "\"progress\":40,\"connected_from\":null}");
  g_autoptr(ApiSession) session = api_session_from_answer(got, &error);
  g_assert_no_error(error);
  g_assert_null(session->desktop_id);
  g_assert_cmpint(session->state, ==, API_SESSION_PREPARING);
  g_assert_cmpstr(session->step, ==, "booting");
  g_assert_cmpint(session->progress, ==, 40);
}

static void
test_bad_sessions_are_refused(void)
{
  static const char *const texts[] = {
      "{\"id\":\"s1\"}",
      "{\"id\":\"s1\",\"pool\":[],\"user\":\"a\",\"state\":\"ready\"}",
      "{\"id\":\"s1\",\"pool\":{\"id\":\"p\",\"name\":\"o\"},\"user\":\"a\",\"state\":\"flying\"}",
      "{\"id\":\"s1\",\"pool\":{\"id\":\"p\",\"name\":\"o\"},\"user\":\"a\",\"state\":\"ready\",\"progress\":"
      "101}",
      "{\"id\":\"s1\",\"pool\":{\"id\":\"p\",\"name\":\"o\"},\"user\":\"a\",\"state\":\"ready\",\"desktop\":{"
      "}}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ApiAnswer) bad = parsed_answer_new(texts[i]);
    g_assert_null(api_session_from_answer(bad, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_connect_request(void)
{
  const ApiConnectOptions nothing = {0}, take = {.take_over = TRUE};
  const ApiConnectOptions second = {.another = TRUE}, named = {.desktop = "d2"};
  g_autoptr(ApiRequest) plain = api_session_connect_request("office", &nothing);
  g_autoptr(ApiRequest) forced = api_session_connect_request("office", &take);
  g_autoptr(ApiRequest) another = api_session_connect_request("office", &second);
  g_autoptr(ApiRequest) own = api_session_connect_request("office", &named);
  g_autofree char *plain_body = json_object_text(plain->body);
  g_autofree char *forced_body = json_object_text(forced->body);
  g_autofree char *another_body = json_object_text(another->body);
  g_autofree char *own_body = json_object_text(own->body);
  g_assert_cmpstr(another_body, ==, "{\"another\":true}");
  g_assert_cmpstr(own_body, ==, "{\"desktop\":\"d2\"}");
  g_assert_cmpstr(plain->path, ==, "/pools/office/connect");
  g_assert_nonnull(plain->idempotency_key);
  g_assert_cmpstr(plain_body, ==, "{}");
  g_assert_cmpstr(forced_body, ==, "{\"take_over\":true}");
}

static void
test_console(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got = parsed_answer_new(
      "{\"grant\":\"cwg1.a.b.c\",\"expires\":5,\"relays\":["
      "{\"site\":\"portal\",\"address\":\"desk.example\",\"port\":443,\"ca\":\"\",\"identity\":\"\"},"
      "{\"site\":\"host\",\"address\":\"10.0.0.5\",\"port\":8444,\"ca\":"
      "\"-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n\",\"identity\":\"relay/kvm1\"}]}");
  g_autoptr(ApiConsole) console = api_session_console_from_answer(got, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(console->grant, ==, "cwg1.a.b.c");
  g_assert_cmpuint(console->relays->len, ==, 2);
  const ApiRelay *portal = console->relays->pdata[0];
  const ApiRelay *host = console->relays->pdata[1];
  g_assert_null(portal->ca);
  g_assert_null(portal->identity);
  g_assert_true(g_str_has_prefix(host->ca, "-----BEGIN"));
  g_assert_cmpuint(host->port, ==, 8444);
}

static void
test_bad_consoles_are_refused(void)
{
  static const struct {
    const char *text;
    int code;
  } rows[] = {
      {"{\"grant\":\"g\",\"relays\":[]}", CARAWAY_ERROR_HOST_GONE},
      {"{\"relays\":[]}", CARAWAY_ERROR_INVALID},
      {"{\"grant\":\"g\",\"relays\":[7]}", CARAWAY_ERROR_INVALID},
      {"{\"grant\":\"g\",\"relays\":[{\"site\":\"host\",\"address\":\"a\",\"port\":65536}]}",
       CARAWAY_ERROR_INVALID},
      {"{\"grant\":\"g\",\"relays\":[{\"site\":\"host\",\"address\":\"a\",\"port\":1,\"ca\":\"x\"}]}",
       CARAWAY_ERROR_INVALID},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ApiAnswer) bad = parsed_answer_new(rows[i].text);
    g_assert_null(api_session_console_from_answer(bad, &error));
    g_assert_error(error, CARAWAY_ERROR, rows[i].code);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_session/session", test_session);
  g_test_add_func("/api_session/session_of_a_pool_with_rules", test_session_of_a_pool_with_rules);
  g_test_add_func("/api_session/session_without_desktop", test_session_without_desktop);
  g_test_add_func("/api_session/bad_sessions_are_refused", test_bad_sessions_are_refused);
  g_test_add_func("/api_session/connect_request", test_connect_request);
  g_test_add_func("/api_session/console", test_console);
  g_test_add_func("/api_session/bad_consoles_are_refused", test_bad_consoles_are_refused);
  return g_test_run();
}
