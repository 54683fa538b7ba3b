/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_account.h"
#include "common/api_client/api_client.h"
#include "common/api_client/api_session.h"
#include "common/base/error.h"
#include "tests/unit/api_client/stub_server.h"

#include <string.h>

/* What the stub answers; it also repeats what it was asked in the members of its answer. */
static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  const char *token = soup_message_headers_get_one(headers, "Authorization");
  if (strcmp(path, "/api/v1/me") == 0) {
    g_autofree char *text =
        g_strdup_printf("{\"id\":\"1\",\"name\":\"%s\"}", token != NULL ? token : "nobody");
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "ETag", "\"7\"");
    stub_server_answer(message, 200, "application/json", text);
  } else if (strcmp(path, "/api/v1/logout") == 0) {
    soup_server_message_set_status(message, 204, NULL);
  } else if (strcmp(path, "/api/v1/login") == 0) {
    stub_server_answer(message, 401, "application/problem+json",
                       "{\"code\":\"wrong-name-or-password\",\"detail\":\"Try again.\"}");
  } else if (strcmp(path, "/api/v1/redirect") == 0) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Location", "/api/v1/me");
    soup_server_message_set_status(message, 302, NULL);
  } else if (strcmp(path, "/api/v1/broken") == 0) {
    stub_server_answer(message, 200, "application/json", "{\"a\":1,\"a\":2}");
  } else if (strcmp(path, "/api/v1/large") == 0) {
    g_autofree char *text = g_strnfill(API_ANSWER_MAX_BYTES + 1, ' ');
    stub_server_answer(message, 200, "application/json", text);
  } else if (strcmp(path, "/api/v1/sessions/s1/console.vv") == 0) {
    stub_server_answer(message, 200, "application/x-virt-viewer", "[virt-viewer]\n");
  }
}

typedef struct {
  StubServer *stub;
  ApiClient *client;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->stub = stub_server_new(on_request, NULL);
  fixture->client = api_client_new(stub_server_address(fixture->stub), &error);
  g_assert_no_error(error);
  g_assert_true(api_client_set_ca_file(fixture->client, stub_server_ca_file(fixture->stub), &error));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_object_unref(fixture->client);
  stub_server_free(fixture->stub);
}

static ApiAnswer *
get(ApiClient *client, const char *what, GError **error)
{
  g_autoptr(ApiRequest) request = api_request_new("GET", what, NULL);
  return api_client_call(client, request, NULL, error);
}

static void
assert_fails(ApiClient *client, const char *what, int code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) answer = get(client, what, &error);
  g_assert_null(answer);
  g_assert_error(error, CARAWAY_ERROR, code);
}

static void
test_call_sends_token_and_reads_answer(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  api_client_set_token(fixture->client, "t1");
  g_autoptr(ApiAnswer) answer = get(fixture->client, "me", &error);
  g_assert_no_error(error);
  g_autoptr(ApiAccount) account = api_account_from_answer(answer, &error);
  g_assert_cmpstr(account->name, ==, "Bearer t1");
  g_assert_cmpstr(answer->etag, ==, "\"7\"");
}

static void
test_empty_answer(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiRequest) request = api_account_logout_request();
  g_autoptr(ApiAnswer) answer = api_client_call(fixture->client, request, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(answer->status, ==, 204);
  g_assert_null(answer->object);
}

static void
test_refusals(Fixture *fixture, gconstpointer data)
{
  assert_fails(fixture->client, "login", CARAWAY_ERROR_BAD_CREDENTIALS);
  assert_fails(fixture->client, "redirect", CARAWAY_ERROR_PROTOCOL);
  assert_fails(fixture->client, "broken", CARAWAY_ERROR_MALFORMED);
  assert_fails(fixture->client, "large", CARAWAY_ERROR_TOO_LARGE);
}

static void
test_download(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiRequest) request = api_session_viewer_file_request("s1", FALSE);
  g_autoptr(ApiAnswer) answer = api_client_call(fixture->client, request, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpmem(g_bytes_get_data(answer->bytes, NULL), g_bytes_get_size(answer->bytes), "[virt-viewer]\n",
                  14);
}

static void
on_called(GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref(result);
}

static void
test_async_call(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  ApiRequest *request = api_account_me_request();
  api_client_call_async(fixture->client, request, NULL, on_called, &result);
  api_request_free(request);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  g_autoptr(ApiAnswer) answer = api_client_call_finish(fixture->client, result, &error);
  g_assert_no_error(error);
  g_assert_nonnull(answer->object);
}

static void
test_async_cancel(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_autoptr(ApiRequest) request = api_account_me_request();
  api_client_call_async(fixture->client, request, cancellable, on_called, &result);
  g_cancellable_cancel(cancellable);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  g_assert_null(api_client_call_finish(fixture->client, result, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_unknown_authority_is_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiClient) client = api_client_new(stub_server_address(fixture->stub), &error);
  assert_fails(client, "me", CARAWAY_ERROR_UNTRUSTED);
}

static void
test_pin_trusts_that_certificate(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiClient) client = api_client_new(stub_server_address(fixture->stub), &error);
  g_autofree char *fingerprint = stub_server_fingerprint(fixture->stub);
  g_autofree char *capitals = g_ascii_strup(fingerprint, -1);
  g_assert_true(api_client_set_pin(client, capitals, &error));
  g_autoptr(ApiAnswer) answer = get(client, "me", &error);
  g_assert_no_error(error);
}

/* The authority is trusted, but another certificate is pinned. */
static void
test_pin_refuses_every_other(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *other = g_strnfill(64, 'a');
  g_assert_true(api_client_set_pin(fixture->client, other, &error));
  assert_fails(fixture->client, "me", CARAWAY_ERROR_UNTRUSTED);
}

static void
test_pin_cuts_older_connections(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) answer = get(fixture->client, "me", &error);
  g_assert_no_error(error);
  test_pin_refuses_every_other(fixture, data);
}

static gboolean
on_decide(const ApiCertificate *certificate, gpointer data)
{
  GString *seen = data;
  g_string_append_printf(seen, "%s %s", certificate->fingerprint, certificate->subject);
  return strstr(certificate->problem, "authority") != NULL;
}

static void
test_person_may_decide(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) seen = g_string_new(NULL);
  g_autoptr(ApiClient) client = api_client_new(stub_server_address(fixture->stub), &error);
  api_client_set_certificate_decision(client, on_decide, seen);
  g_autoptr(ApiAnswer) answer = get(client, "me", &error);
  g_assert_no_error(error);
  g_autofree char *fingerprint = stub_server_fingerprint(fixture->stub);
  g_autofree char *expected = g_strconcat(fingerprint, " CN=stub", NULL);
  g_assert_cmpstr(seen->str, ==, expected);
}

static void
test_nothing_listens(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketListener) listener = g_socket_listener_new();
  guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, &error);
  g_assert_cmpuint(port, !=, 0);
  g_socket_listener_close(listener);
  g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
  g_autoptr(ApiClient) client = api_client_new(address, &error);
  assert_fails(client, "me", CARAWAY_ERROR_UNREACHABLE);
}

static void
test_addresses(void)
{
  static const struct {
    const char *text, *url;
  } rows[] = {
      {"desktops.example", "https://desktops.example:443"},
      {"desktops.example:8443", "https://desktops.example:8443"},
      {"https://desktops.example/", "https://desktops.example:443"},
      {"https://[::1]:8443", "https://[::1]:8443"},
      {"http://desktops.example", NULL},
      {"https://desktops.example/path", NULL},
      {"https://user@desktops.example", NULL},
      {"https://desktops.example?x", NULL},
      {"", NULL},
      {"https://", NULL},
      {"a b", NULL},
      {"desktops.example:99999", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ApiClient) client = api_client_new(rows[i].text, &error);
    g_test_message("%s", rows[i].text);
    if (rows[i].url == NULL)
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    else
      g_assert_cmpstr(api_client_get_url(client), ==, rows[i].url);
  }
}

static void
test_bad_trust_settings(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiClient) client = api_client_new("desktops.example", &error);
  g_assert_false(api_client_set_pin(client, "12:34", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_false(api_client_set_ca_file(client, "/nonexistent/ca.pem", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

#define ADD(name) g_test_add("/api_client/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(call_sends_token_and_reads_answer);
  ADD(empty_answer);
  ADD(refusals);
  ADD(download);
  ADD(async_call);
  ADD(async_cancel);
  ADD(unknown_authority_is_refused);
  ADD(pin_trusts_that_certificate);
  ADD(pin_refuses_every_other);
  ADD(pin_cuts_older_connections);
  ADD(person_may_decide);
  g_test_add_func("/api_client/nothing_listens", test_nothing_listens);
  g_test_add_func("/api_client/addresses", test_addresses);
  g_test_add_func("/api_client/bad_trust_settings", test_bad_trust_settings);
  return g_test_run();
}
