/* SPDX-License-Identifier: Apache-2.0 */
/* What a user may open, and the sessions that came of it. */
#include "broker/api/console_view.h"
#include "broker/api/handlers.h"
#include "broker/api/views.h"
#include "broker/service/connect/connect.h"
#include "broker/service/rights/rights.h"
#include "broker/service/sessions/session_control.h"
#include "broker/service/sessions/session_list.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define NAME_MAX_BYTES   255
#define VIEWER_MAX_BYTES 16
#define TITLE_MAX        200
#define TEXT_MAX         2000

static void
answer_session(Answer *answer, guint status, const Session *session)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_session(builder, session);
  answer_set_json(answer, status, builder);
}

gboolean
handle_offers(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) offers = connect_offers(context->services, request->caller, error);
  if (offers == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(offers, view_offer, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

/* A request to connect, and what came of it. */
typedef struct {
  ConnectOptions options;
  gboolean opens;
  Viewer viewer;
  Session *session;
  ConsoleAccess *access; /* nullable */
} Connecting;

static void
connecting_clear(Connecting *connecting)
{
  session_free(connecting->session);
  console_access_free(connecting->access);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Connecting, connecting_clear)

static gboolean
read_connecting(JsonObject *body, Connecting *connecting, GError **error)
{
  ConnectOptions *options = &connecting->options;
  const char *viewer;
  if (!json_get_optional_bool(body, "take_over", FALSE, &options->take_over, error) ||
      !json_get_optional_bool(body, "another", FALSE, &options->another, error) ||
      !json_get_optional_string(body, "desktop", NAME_MAX_BYTES, &options->desktop, error) ||
      !json_get_optional_string(body, "viewer", VIEWER_MAX_BYTES, &viewer, error))
    return FALSE;
  connecting->opens = viewer != NULL;
  return viewer == NULL || console_view_read_viewer(viewer, &connecting->viewer, error);
}

static gboolean
check_may_open(const Request *request, const Connecting *connecting, GError **error)
{
  if (!connecting->opens || (request->caller->limit & PERMISSION_BIT(PERMISSION_CONSOLE)) != 0)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
                      "This access token may not open consoles: it lacks the scope console.open.");
  return FALSE;
}

/* The console stands beside the session for who asked for it: null when it cannot be opened at once. */
static void
answer_connected(const ApiContext *context, const Request *request, const Connecting *connecting,
                 Answer *answer)
{
  const Session *session = connecting->session;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_session_members(builder, session);
  if (connecting->access != NULL) {
    json_builder_set_member_name(builder, "console");
    console_view_add(builder, context, request, connecting->access);
  } else if (connecting->opens) {
    view_text(builder, "console", NULL);
  }
  json_builder_end_object(builder);
  gboolean preparing = session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING;
  answer_set_json(answer, preparing ? 202 : 200, builder);
  g_autofree char *location = g_strconcat("/api/v1/sessions/", session->id, NULL);
  answer_set_header(answer, "Location", location);
}

gboolean
handle_connect(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"take_over", "another", "desktop", "viewer", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  g_auto(Connecting) connecting = {.options.idempotency_key = request->idempotency_key};
  if (body == NULL || !read_connecting(body, &connecting, error) ||
      !check_may_open(request, &connecting, error))
    return FALSE;
  const char *pool = request_parameter(request, 0);
  connecting.session =
      connecting.opens ? connect_and_open(context->services, request->caller, pool, &connecting.options,
                                          connecting.viewer, &connecting.access, error)
                       : connect_pool(context->services, request->caller, pool, &connecting.options, error);
  if (connecting.session == NULL)
    return FALSE;
  answer_connected(context, request, &connecting, answer);
  return TRUE;
}

static gboolean
wants_all(const ApiContext *context, const Request *request, gboolean *ret_all, char **ret_within,
          GError **error)
{
  return request_query_truth(request, "all", ret_all, error) &&
         (!*ret_all || rights_check_list(context->services, request->caller, PERMISSION_SESSION_READ,
                                         OBJECT_SESSION, ret_within, error));
}

gboolean
handle_sessions(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"all", "limit", "cursor", NULL};
  Page page;
  gboolean all = FALSE;
  g_autofree char *within = NULL;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error) ||
      !wants_all(context, request, &all, &within, error))
    return FALSE;
  page.within = within;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) sessions = session_list(context->services, request->caller, all, &page, &next, error);
  if (sessions == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(sessions, view_session, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_session(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Session) session =
      session_list_get(context->services, request->caller, request_parameter(request, 0), error);
  if (session == NULL)
    return FALSE;
  answer_session(answer, 200, session);
  return TRUE;
}

gboolean
handle_session_events(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  SessionStream *stream = session_stream_open(context->services, request->caller,
                                              request_parameter(request, 0), context->loop, error);
  if (stream == NULL)
    return FALSE;
  answer_set_stream(answer, stream);
  return TRUE;
}

static gboolean
control(const ApiContext *context, const Request *request, SessionControl what, Answer *answer,
        GError **error)
{
  if (!request_check_no_members(request, error))
    return FALSE;
  g_autoptr(Session) session =
      session_control(context->services, request->caller, request_parameter(request, 0), what, error);
  if (session == NULL)
    return FALSE;
  answer_session(answer, 202, session);
  return TRUE;
}

gboolean
handle_disconnect(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return control(context, request, SESSION_CONTROL_DISCONNECT, answer, error);
}

gboolean
handle_restart(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return control(context, request, SESSION_CONTROL_RESTART, answer, error);
}

gboolean
handle_reset(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return control(context, request, SESSION_CONTROL_RESET, answer, error);
}

gboolean
handle_log_off(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return control(context, request, SESSION_CONTROL_LOG_OFF, answer, error);
}

gboolean
handle_lock(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return control(context, request, SESSION_CONTROL_LOCK, answer, error);
}

gboolean
handle_message(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"title", "text", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *title = body != NULL ? json_get_string(body, "title", TITLE_MAX, error) : NULL;
  const char *text = title != NULL ? json_get_lines(body, "text", TEXT_MAX, error) : NULL;
  if (text == NULL || !session_control_message(context->services, request->caller,
                                               request_parameter(request, 0), title, text, error))
    return FALSE;
  answer->status = 202;
  return TRUE;
}
