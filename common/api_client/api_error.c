/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_error.h"

#include "common/api_client/api_trust.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define MAX_PROBLEM_BYTES (64 * 1024)
#define MAX_REASONS       64
#define MAX_SENTENCE      4096

typedef struct {
  guint status;
  CarawayErrorCode code;
  const char *sentence; /* after "The server SERVER " */
} StatusMeaning;

/* For an answer that is not a problem document: something between us and the broker made it. */
static const StatusMeaning status_meanings[] = {
    {401, CARAWAY_ERROR_UNAUTHENTICATED, "wants a sign-in first. Sign in again."},
    {403, CARAWAY_ERROR_FORBIDDEN, "does not permit this."},
    {404, CARAWAY_ERROR_NOT_FOUND, "does not know this. Check that the address is that of a Caraway server."},
    {408, CARAWAY_ERROR_TIMED_OUT, "gave up waiting. Try again."},
    {412, CARAWAY_ERROR_STALE, "says that somebody changed this meanwhile. Look at it again, then repeat."},
    {413, CARAWAY_ERROR_TOO_LARGE, "finds the request too large."},
    {429, CARAWAY_ERROR_THROTTLED, "got too many attempts. Wait a minute, then try again."},
    {502, CARAWAY_ERROR_UNREACHABLE, "cannot reach the broker behind it. Try again in a minute."},
    {503, CARAWAY_ERROR_OVERLOADED, "is too busy. Try again in a minute."},
    {504, CARAWAY_ERROR_TIMED_OUT, "got no answer from the broker behind it. Try again in a minute."},
};

static void
set_from_status(const char *server, guint status, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS(status_meanings); i++) {
    if (status_meanings[i].status != status)
      continue;
    g_set_error(error, CARAWAY_ERROR, status_meanings[i].code, "The server %s %s", server,
                status_meanings[i].sentence);
    return;
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL,
              "The server %s answered with HTTP status %u, which is not an answer of a Caraway server. Check "
              "the address.",
              server, status);
}

static GStrv
read_reasons(JsonObject *problem)
{
  JsonArray *array = json_object_has_member(problem, "reasons")
                         ? json_get_array(problem, "reasons", MAX_REASONS, NULL)
                         : NULL;
  g_autoptr(GStrvBuilder) reasons = g_strv_builder_new();
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
      g_strv_builder_add(reasons, json_node_get_string(node));
  }
  return g_strv_builder_end(reasons);
}

void
api_error_from_problem(const char *server, guint status, const char *body, gsize size, GError **error)
{
  g_autoptr(JsonObject) problem = json_parse_object(body, size, MAX_PROBLEM_BYTES, NULL);
  const char *code = problem != NULL ? json_get_string(problem, "code", 64, NULL) : NULL;
  if (code == NULL) {
    set_from_status(server, status, error);
    return;
  }
  const char *sentence = json_get_string(problem, "detail", MAX_SENTENCE, NULL);
  if (sentence == NULL)
    sentence = json_get_string(problem, "title", MAX_SENTENCE, NULL);
  GError *local = g_error_new_literal(CARAWAY_ERROR, error_code_from_name(code),
                                      sentence != NULL ? sentence : "The server refused without a reason.");
  g_auto(GStrv) reasons = read_reasons(problem);
  if (reasons[0] != NULL)
    error_set_reasons(local, (const char *const *)reasons);
  g_propagate_error(error, local);
}

static void
set_io_error(const char *server, const GError *cause, GError **error)
{
  switch (cause->code) {
  case G_IO_ERROR_CONNECTION_REFUSED:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "Nothing answers at %s. Check the address, and that the server is running.", server);
    return;
  case G_IO_ERROR_TIMED_OUT:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TIMED_OUT,
                "The server %s did not answer in time. Check the network, then try again.", server);
    return;
  case G_IO_ERROR_NETWORK_UNREACHABLE:
  case G_IO_ERROR_HOST_UNREACHABLE:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "There is no way to %s from here. Check that this machine is on the network.", server);
    return;
  default:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "The connection to %s broke (%s). Try again.", server, cause->message);
  }
}

void
api_error_from_network(const char *server, const GError *cause, GTlsCertificateFlags tls_errors,
                       GError **error)
{
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error(error, g_error_copy(cause));
  else if (tls_errors != 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "The server %s cannot be trusted: %s Nothing was sent to it.", server,
                api_trust_problem(tls_errors));
  else if (g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "The server %s does not speak TLS. Check the address and the port.", server);
  else if (cause->domain == G_TLS_ERROR)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "No protected connection to %s came about (%s). Check the address and the port.", server,
                cause->message);
  else if (cause->domain == G_RESOLVER_ERROR)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "No server has the name in %s. Check its spelling and the network.", server);
  else if (cause->domain == G_IO_ERROR)
    set_io_error(server, cause, error);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "The connection to %s broke (%s). Try again.", server, cause->message);
}
