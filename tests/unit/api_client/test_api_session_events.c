/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_session_events.h"

#include "common/base/error.h"
#include "tests/unit/api_client/stub_server.h"

#define SESSION(state)                                                                                       \
  "{\"id\":\"s1\",\"pool\":{\"id\":\"p1\",\"name\":\"office\"},\"desktop\":null,\"user\":\"a\",\"state\":"   \
  "\"" state "\"}"

/* Each connection gets the next of these answers; the last one is repeated. */
typedef struct {
  guint status;
  const char *text;
} Reply;

typedef struct {
  const Reply *replies;
  int count;
  int asked;
} Script;

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Script *script = data;
  int asked = g_atomic_int_add(&script->asked, 1);
  g_assert_cmpstr(path, ==, "/api/v1/sessions/s1/events");
  const Reply *reply = &script->replies[MIN(asked, script->count - 1)];
  stub_server_answer(message, reply->status, reply->status == 200 ? "text/event-stream" : "text/plain",
                     reply->text);
}

typedef struct {
  GString *told;
  ApiSessionEvents *events;
  gboolean is_done;
  gboolean free_on_change;
} Seen;

static void
on_changed(const ApiSession *session, gpointer data)
{
  Seen *seen = data;
  g_string_append_printf(seen->told, "changed %d;", session->state);
  if (!seen->free_on_change)
    return;
  g_clear_pointer(&seen->events, api_session_events_free);
  seen->is_done = TRUE;
}

static void
on_ended(const ApiSession *session, gpointer data)
{
  Seen *seen = data;
  g_string_append_printf(seen->told, "ended %d;", session != NULL ? (int)session->state : -1);
  seen->is_done = TRUE;
}

static void
on_failed(const GError *error, gpointer data)
{
  Seen *seen = data;
  g_string_append_printf(seen->told, "failed %s;", error_stable_name(error));
  seen->is_done = TRUE;
}

static const ApiSessionWatcher watcher = {on_changed, on_ended, on_failed};

static void
check(const Reply *replies, int count, gboolean free_on_change, const char *expected)
{
  g_autoptr(GError) error = NULL;
  Script script = {replies, count, 0};
  g_autoptr(StubServer) stub = stub_server_new(on_request, &script);
  g_autoptr(ApiClient) client = api_client_new(stub_server_address(stub), &error);
  g_assert_true(api_client_set_ca_file(client, stub_server_ca_file(stub), &error));
  g_autoptr(GString) told = g_string_new(NULL);
  Seen seen = {.told = told, .free_on_change = free_on_change};
  seen.events = api_session_events_new(client, "s1", &watcher, &seen);
  while (!seen.is_done)
    g_main_context_iteration(NULL, TRUE);
  g_clear_pointer(&seen.events, api_session_events_free);
  while (g_main_context_iteration(NULL, FALSE))
    continue;
  g_assert_cmpstr(told->str, ==, expected);
}

static void
test_changes_until_the_end(void)
{
  static const Reply replies[] = {
      {200, "event: session\ndata: " SESSION(
                "preparing") "\n\n: keep\n\nevent: "
                             "session\ndata: " SESSION("ready") "\n\nevent: end\ndata: " SESSION(
                                 "ended") "\n\nevent: session\ndata: " SESSION("ready") "\n\n"}};
  check(replies, 1, FALSE, "changed 1;changed 2;ended 5;");
}

static void
test_end_without_a_session(void)
{
  static const Reply replies[] = {{200, "event: end\ndata: {}\n\n"}};
  check(replies, 1, FALSE, "ended -1;");
}

/* What the broker sends: the last state, which has the reasons, and then that it was the last. */
static void
test_end_has_the_last_state(void)
{
  static const Reply replies[] = {
      {200, "event: session\ndata: " SESSION("ended") "\n\nevent: end\ndata: {}\n\n"}};
  check(replies, 1, FALSE, "changed 5;ended 5;");
}

static void
test_refusal_is_told(void)
{
  static const Reply replies[] = {{404, "{\"code\":\"not-found\",\"detail\":\"There is no such session.\"}"}};
  check(replies, 1, FALSE, "failed not-found;");
}

static void
test_bad_event_is_told(void)
{
  static const Reply replies[] = {{200, "event: session\ndata: {\"id\":7}\n\n"}};
  check(replies, 1, FALSE, "failed invalid-request;");
}

static void
test_broken_stream_is_opened_again(void)
{
  static const Reply replies[] = {{200, "event: session\ndata: " SESSION("preparing") "\n\n"},
                                  {502, "no broker"},
                                  {200, "event: end\ndata: " SESSION("ended") "\n\n"}};
  check(replies, 3, FALSE, "changed 1;ended 5;");
}

static void
test_free_in_a_callback(void)
{
  static const Reply replies[] = {
      {200, "event: session\ndata: " SESSION("ready") "\n\nevent: session\ndata: " SESSION("ended") "\n\n"}};
  check(replies, 1, TRUE, "changed 2;");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_session_events/changes_until_the_end", test_changes_until_the_end);
  g_test_add_func("/api_session_events/end_without_a_session", test_end_without_a_session);
  g_test_add_func("/api_session_events/end_has_the_last_state", test_end_has_the_last_state);
  g_test_add_func("/api_session_events/refusal_is_told", test_refusal_is_told);
  g_test_add_func("/api_session_events/bad_event_is_told", test_bad_event_is_told);
  g_test_add_func("/api_session_events/broken_stream_is_opened_again", test_broken_stream_is_opened_again);
  g_test_add_func("/api_session_events/free_in_a_callback", test_free_in_a_callback);
  return g_test_run();
}
