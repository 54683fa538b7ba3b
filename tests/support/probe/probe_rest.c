/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/probe_rest.h"

#include "client/display/console_targets.h"
#include "common/api_client/api_account.h"
#include "common/api_client/api_session_events.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "tests/support/probe/probe_wait.h"

#define CALL_LIMIT_MS 60000

typedef struct {
  gboolean is_done;
  ApiAnswer *answer;
  GError *error;
} Call;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  call->answer = api_client_call_finish(API_CLIENT(source), result, &call->error);
  call->is_done = TRUE;
}

static gboolean
call_is_done(gpointer data)
{
  const Call *call = data;
  return call->is_done;
}

/* Sends @request (transfer full) and runs the main loop until its answer is there. */
static ApiAnswer *
call_server(ApiClient *client, ApiRequest *request, GError **error)
{
  g_autoptr(ApiRequest) owned = request;
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  Call call = {0};
  api_client_call_async(client, owned, cancellable, on_answer, &call);
  if (!probe_wait(call_is_done, &call, CALL_LIMIT_MS)) {
    g_cancellable_cancel(cancellable);
    while (!call.is_done)
      g_main_context_iteration(NULL, TRUE);
  }
  if (call.error != NULL)
    g_propagate_error(error, call.error);
  return call.answer;
}

gboolean
probe_rest_sign_in(ApiClient *client, const ProbeOptions *options, GError **error)
{
  g_autoptr(ApiAnswer) answer =
      call_server(client, api_account_login_request(options->user, options->password), error);
  if (answer == NULL)
    return FALSE;
  char *token = api_account_token_from_login(answer, error);
  if (token == NULL)
    return FALSE;
  api_client_set_token(client, token);
  secret_free(token);
  return TRUE;
}

typedef struct {
  ApiSessionState state;
  gboolean is_over;
  char *why;
} Progress;

static gboolean
can_be_opened(ApiSessionState state)
{
  return state == API_SESSION_READY || state == API_SESSION_CONNECTED || state == API_SESSION_DISCONNECTED;
}

static void
on_changed(const ApiSession *session, gpointer user_data)
{
  Progress *progress = user_data;
  progress->state = session->state;
  g_free(progress->why);
  progress->why = g_strdup(session->step);
}

static void
on_ended(const ApiSession *session, gpointer user_data)
{
  Progress *progress = user_data;
  progress->is_over = TRUE;
  g_free(progress->why);
  progress->why = session != NULL ? g_strjoinv("; ", session->reasons) : g_strdup("the session ended");
}

static void
on_failed(const GError *error, gpointer user_data)
{
  Progress *progress = user_data;
  progress->is_over = TRUE;
  g_free(progress->why);
  progress->why = g_strdup(error->message);
}

static gboolean
is_ready_or_over(gpointer data)
{
  const Progress *progress = data;
  return progress->is_over || can_be_opened(progress->state);
}

static gboolean
wait_ready(ApiClient *client, const ApiSession *session, const ProbeOptions *options, GError **error)
{
  static const ApiSessionWatcher watcher = {on_changed, on_ended, on_failed};
  Progress progress = {.state = session->state};
  g_autoptr(ApiSessionEvents) events = api_session_events_new(client, session->id, &watcher, &progress);
  gboolean come = probe_wait(is_ready_or_over, &progress, options->wait_ms);
  gboolean is_ready = come && !progress.is_over;
  if (!is_ready)
    g_set_error(error, CARAWAY_ERROR, come ? CARAWAY_ERROR_SESSION_ENDED : CARAWAY_ERROR_TIMED_OUT,
                "the desktop did not get ready%s: %s", come ? "" : " in time",
                progress.why != NULL ? progress.why : "the server said nothing");
  g_free(progress.why);
  return is_ready;
}

ApiSession *
probe_rest_connect(ApiClient *client, const ProbeOptions *options, GError **error)
{
  const ApiConnectOptions wish = {.take_over = options->take_over};
  g_autoptr(ApiAnswer) answer = call_server(client, api_session_connect_request(options->pool, &wish), error);
  g_autoptr(ApiSession) session = answer != NULL ? api_session_from_answer(answer, error) : NULL;
  if (session == NULL)
    return NULL;
  if (!can_be_opened(session->state) && !wait_ready(client, session, options, error))
    return NULL;
  return g_steal_pointer(&session);
}

ApiConsole *
probe_rest_grant(ApiClient *client, const char *session, gboolean take_over, GError **error)
{
  g_autoptr(ApiAnswer) answer = call_server(client, api_session_grant_request(session, take_over), error);
  return answer != NULL ? api_session_console_from_answer(answer, error) : NULL;
}

GPtrArray *
probe_rest_targets(const ApiConsole *console, const ProbeOptions *options, GError **error)
{
  g_autoptr(PeerTrust) trust = peer_trust_new_server(options->ca_file, NULL, error);
  return trust != NULL ? console_targets_from_relays(console->relays, trust, error) : NULL;
}
