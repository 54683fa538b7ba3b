/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_session.h"

#include "common/api_client/api_value.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#include <string.h>

#define MAX_CA_BYTES (16 * 1024)

static const char *const session_states[] = {
    [API_SESSION_REQUESTED] = "requested",
    [API_SESSION_PREPARING] = "preparing",
    [API_SESSION_READY] = "ready",
    [API_SESSION_CONNECTED] = "connected",
    [API_SESSION_DISCONNECTED] = "disconnected",
    [API_SESSION_ENDED] = "ended",
};

static gboolean
read_session_desktop(JsonObject *object, ApiSession *session, GError **error)
{
  JsonObject *desktop = NULL;
  if (!api_value_optional_object(object, "desktop", &desktop, error))
    return FALSE;
  return desktop == NULL || (api_value_text(desktop, "id", &session->desktop_id, error) &&
                             api_value_text(desktop, "name", &session->desktop_name, error) &&
                             api_value_optional_text(desktop, "host", &session->host, error) &&
                             api_value_optional_text(desktop, "kind", &session->kind, error));
}

/* A time that cannot be read is one that was not told: the sentence is there. */
static gboolean
read_warning(JsonObject *object, ApiSession *session, GError **error)
{
  g_autofree char *until = NULL;
  if (!api_value_optional_text(object, "warning", &session->warning, error) ||
      !api_value_optional_text(object, "warning_code", &session->warning_code, error) ||
      !api_value_optional_text(object, "warning_action", &session->warning_action, error) ||
      !api_value_optional_text(object, "warning_until", &until, error))
    return FALSE;
  g_autoptr(GDateTime) time = until != NULL ? g_date_time_new_from_iso8601(until, NULL) : NULL;
  session->warning_until_us = time != NULL ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
  return TRUE;
}

/* Members that servers before pools of several kinds did not have. */
static gboolean
read_rules(JsonObject *object, ApiSession *session, GError **error)
{
  return json_get_optional_bool(object, "may_restart", TRUE, &session->may_restart, error) &&
         json_get_optional_bool(object, "may_reset", TRUE, &session->may_reset, error) &&
         read_warning(object, session, error) &&
         api_value_optional_text(object, "on_logoff", &session->on_logoff, error);
}

ApiSession *
api_session_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiSession) session = g_new0(ApiSession, 1);
  JsonObject *pool = json_get_object(object, "pool", error);
  guint state = 0;
  if (pool == NULL || !api_value_text(pool, "id", &session->pool_id, error) ||
      !api_value_text(pool, "name", &session->pool_name, error) ||
      !read_session_desktop(object, session, error) || !api_value_text(object, "id", &session->id, error) ||
      !api_value_text(object, "user", &session->user, error) ||
      !api_value_choice(object, "state", session_states, G_N_ELEMENTS(session_states), &state, error) ||
      !api_value_optional_text(object, "step", &session->step, error) ||
      !json_get_optional_int(object, "progress", 0, 100, 0, &session->progress, error) ||
      !api_value_optional_text(object, "connected_from", &session->connected_from, error) ||
      !api_value_texts(object, "reasons", &session->reasons, error) ||
      !api_value_optional_text(object, "end_code", &session->end_code, error) ||
      !read_rules(object, session, error))
    return NULL;
  session->state = state;
  return g_steal_pointer(&session);
}

ApiSession *
api_session_from_answer(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  return object != NULL ? api_session_from_object(object, error) : NULL;
}

void
api_session_free(ApiSession *session)
{
  if (session == NULL)
    return;
  g_free(session->id);
  g_free(session->pool_id);
  g_free(session->pool_name);
  g_free(session->desktop_id);
  g_free(session->desktop_name);
  g_free(session->host);
  g_free(session->kind);
  g_free(session->warning);
  g_free(session->warning_code);
  g_free(session->warning_action);
  g_free(session->on_logoff);
  g_free(session->user);
  g_free(session->step);
  g_free(session->connected_from);
  g_strfreev(session->reasons);
  g_free(session->end_code);
  g_free(session);
}

static JsonObject *
take_over_body(gboolean take_over)
{
  JsonObject *body = json_object_new();
  if (take_over)
    json_object_set_boolean_member(body, "take_over", TRUE);
  return body;
}

ApiRequest *
api_session_connect_request(const char *pool, const ApiConnectOptions *options)
{
  ApiRequest *request = api_request_new("POST", "pools", pool, "connect", NULL);
  JsonObject *body = take_over_body(options->take_over);
  if (options->another)
    json_object_set_boolean_member(body, "another", TRUE);
  if (options->desktop != NULL)
    json_object_set_string_member(body, "desktop", options->desktop);
  api_request_take_body(request, body);
  api_request_make_idempotent(request);
  return request;
}

ApiRequest *
api_session_get_request(const char *session)
{
  return api_request_new("GET", "sessions", session, NULL);
}

ApiRequest *
api_session_action_request(const char *session, const char *action)
{
  return api_request_new("POST", "sessions", session, action, NULL);
}

ApiRequest *
api_session_grant_request(const char *session, gboolean take_over)
{
  ApiRequest *request = api_request_new("POST", "sessions", session, "grants", NULL);
  JsonObject *body = take_over_body(take_over);
  json_object_set_string_member(body, "viewer", "native");
  api_request_take_body(request, body);
  return request;
}

ApiRequest *
api_session_viewer_file_request(const char *session, gboolean take_over)
{
  ApiRequest *request = api_request_new("POST", "sessions", session, "console.vv", NULL);
  api_request_take_body(request, take_over_body(take_over));
  request->is_download = TRUE;
  return request;
}

static void
api_relay_free(ApiRelay *relay)
{
  if (relay == NULL)
    return;
  g_free(relay->site);
  g_free(relay->address);
  g_free(relay->ca);
  g_free(relay->identity);
  g_free(relay);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiRelay, api_relay_free)

/* A certificate has line ends, which json_get_string() refuses. */
static gboolean
read_ca(JsonObject *object, char **ret_ca, GError **error)
{
  const char *text = json_object_get_string_member_with_default(object, "ca", NULL);
  if (text == NULL || text[0] == '\0')
    return TRUE;
  if (strlen(text) > MAX_CA_BYTES || !g_str_has_prefix(text, "-----BEGIN CERTIFICATE-----")) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“ca” must be a certificate in PEM.");
    return FALSE;
  }
  *ret_ca = g_strdup(text);
  return TRUE;
}

static gpointer
relay_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiRelay) relay = g_new0(ApiRelay, 1);
  gint64 port = 0;
  if (!api_value_text(object, "site", &relay->site, error) ||
      !api_value_text(object, "address", &relay->address, error) ||
      !json_get_int(object, "port", 1, G_MAXUINT16, &port, error) || !read_ca(object, &relay->ca, error) ||
      !api_value_optional_text(object, "identity", &relay->identity, error))
    return NULL;
  relay->port = (guint16)port;
  if (relay->identity != NULL && relay->identity[0] == '\0')
    g_clear_pointer(&relay->identity, g_free);
  return g_steal_pointer(&relay);
}

ApiConsole *
api_session_console_from_answer(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  g_autoptr(ApiConsole) console = g_new0(ApiConsole, 1);
  if (object == NULL || !api_value_text(object, "grant", &console->grant, error))
    return NULL;
  console->relays =
      api_value_list(object, "relays", relay_from_object, (GDestroyNotify)api_relay_free, error);
  if (console->relays == NULL)
    return NULL;
  if (console->relays->len == 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE,
                "The server names no address at which the desktop can be reached. Try again in a minute.");
    return NULL;
  }
  return g_steal_pointer(&console);
}

void
api_console_free(ApiConsole *console)
{
  if (console == NULL)
    return;
  secret_free(console->grant);
  g_clear_pointer(&console->relays, g_ptr_array_unref);
  g_free(console);
}
