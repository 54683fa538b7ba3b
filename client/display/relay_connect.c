/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/relay_connect.h"

#include <glib/gi18n.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "client/display/relay_answer.h"
#include "common/base/error.h"

#define READ_SIZE 4096

typedef struct {
  const RelayTarget *target;
  char *request;
  GCancellable *cancellable; /* ours: the caller's and the time limit end in it */
  GCancellable *outer;       /* nullable */
  gulong outer_handler;
  GSource *limit;
  gboolean out_of_time;
  GIOStream *stream; /* TLS */
  GByteArray *answer;
} Attempt;

RelayTarget *
relay_target_new(const char *site, const char *address, guint16 port, PeerTrust *trust)
{
  RelayTarget *target = g_new0(RelayTarget, 1);
  target->site = g_strdup(site);
  target->address = g_strdup(address);
  target->port = port;
  target->trust = peer_trust_ref(trust);
  return target;
}

void
relay_target_free(RelayTarget *target)
{
  if (target == NULL)
    return;
  g_free(target->site);
  g_free(target->address);
  peer_trust_unref(target->trust);
  g_free(target);
}

static void
attempt_free(gpointer data)
{
  Attempt *attempt = data;
  if (attempt->outer != NULL)
    g_cancellable_disconnect(attempt->outer, attempt->outer_handler);
  g_clear_object(&attempt->outer);
  g_source_destroy(attempt->limit);
  g_source_unref(attempt->limit);
  g_clear_object(&attempt->cancellable);
  g_clear_object(&attempt->stream);
  g_byte_array_unref(attempt->answer);
  g_free(attempt->request);
  g_free(attempt);
}

/* Says in our codes what went wrong below us; consumes @cause. */
static void
fail(GTask *task, GError *cause)
{
  g_autoptr(GError) owned = cause;
  Attempt *attempt = g_task_get_task_data(task);
  const RelayTarget *target = attempt->target;
  CarawayErrorCode code = CARAWAY_ERROR_UNREACHABLE;
  if (cause->domain == CARAWAY_ERROR ||
      (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) && attempt->outer != NULL &&
       g_cancellable_is_cancelled(attempt->outer))) {
    g_task_return_error(task, g_steal_pointer(&owned));
    return;
  }
  if (attempt->out_of_time) {
    g_task_return_new_error(task, CARAWAY_ERROR, CARAWAY_ERROR_TIMED_OUT,
                            _("%s port %u did not answer in time."), target->address, target->port);
    return;
  }
  if (g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    code = CARAWAY_ERROR_UNTRUSTED;
  g_task_return_new_error(task, CARAWAY_ERROR, code, _("%s port %u: %s"), target->address, target->port,
                          cause->message);
}

static gboolean
on_limit(gpointer user_data)
{
  Attempt *attempt = user_data;
  attempt->out_of_time = TRUE;
  g_cancellable_cancel(attempt->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled(GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel(user_data);
}

static void read_answer(GTask *task);

/* Looks at what came; TRUE when the task has been answered. */
static gboolean
judge_answer(GTask *task, gboolean at_end)
{
  Attempt *attempt = g_task_get_task_data(task);
  gsize used = 0;
  GError *refusal = NULL;
  RelayAnswerKind kind = relay_answer_parse(attempt->target->address, (const char *)attempt->answer->data,
                                            attempt->answer->len, at_end, &used, &refusal);
  if (kind == RELAY_ANSWER_MORE)
    return FALSE;
  if (kind == RELAY_ANSWER_REFUSED)
    fail(task, refusal);
  else if (used != attempt->answer->len)
    g_task_return_new_error(task, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL,
                            _("The server spoke before it was its turn."));
  else
    g_task_return_pointer(task, g_steal_pointer(&attempt->stream), g_object_unref);
  return TRUE;
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data(task);
  GError *error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
  if (bytes == NULL) {
    fail(task, error);
    return;
  }
  gsize size = 0;
  const guint8 *data = g_bytes_get_data(bytes, &size);
  g_byte_array_append(attempt->answer, data, (guint)size);
  if (!judge_answer(task, size == 0))
    read_answer(g_steal_pointer(&task));
}

/* Takes the reference. */
static void
read_answer(GTask *task)
{
  Attempt *attempt = g_task_get_task_data(task);
  g_input_stream_read_bytes_async(g_io_stream_get_input_stream(attempt->stream), READ_SIZE,
                                  G_PRIORITY_DEFAULT, attempt->cancellable, on_read, task);
}

static void
on_request_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  if (!g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error)) {
    fail(task, error);
    return;
  }
  read_answer(g_steal_pointer(&task));
}

static void
on_handshake(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data(task);
  GError *error = NULL;
  if (!g_tls_connection_handshake_finish(G_TLS_CONNECTION(source), result, &error)) {
    fail(task, error);
    return;
  }
  g_output_stream_write_all_async(g_io_stream_get_output_stream(attempt->stream), attempt->request,
                                  strlen(attempt->request), G_PRIORITY_DEFAULT, attempt->cancellable,
                                  on_request_written, g_steal_pointer(&task));
}

/* Input events are small and must not wait for company; a dead path must be noticed. */
static void
tune_socket(GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket(connection);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive(socket, TRUE);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 15, NULL);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5, NULL);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3, NULL);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 30000, NULL);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data(task);
  const RelayTarget *target = attempt->target;
  GError *error = NULL;
  g_autoptr(GSocketConnection) connection =
      g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(source), result, &error);
  if (connection == NULL) {
    fail(task, error);
    return;
  }
  tune_socket(connection);
  GTlsConnection *tls =
      peer_trust_wrap(target->trust, G_IO_STREAM(connection), target->address, target->port, &error);
  if (tls == NULL) {
    fail(task, error);
    return;
  }
  attempt->stream = G_IO_STREAM(tls);
  g_tls_connection_handshake_async(tls, G_PRIORITY_DEFAULT, attempt->cancellable, on_handshake,
                                   g_steal_pointer(&task));
}

static Attempt *
attempt_new(const RelayTarget *target, const char *grant, guint limit_ms, GCancellable *cancellable)
{
  Attempt *attempt = g_new0(Attempt, 1);
  attempt->target = target;
  gboolean is_ipv6 = strchr(target->address, ':') != NULL;
  attempt->request =
      g_strdup_printf("CONNECT desktop:0 HTTP/1.1\r\nHost: %s%s%s:%u\r\n"
                      "Authorization: Bearer %s\r\n\r\n",
                      is_ipv6 ? "[" : "", target->address, is_ipv6 ? "]" : "", target->port, grant);
  attempt->answer = g_byte_array_new();
  attempt->cancellable = g_cancellable_new();
  attempt->limit = g_timeout_source_new(limit_ms);
  g_source_set_callback(attempt->limit, on_limit, attempt, NULL);
  g_source_attach(attempt->limit, g_main_context_get_thread_default());
  if (cancellable != NULL) {
    attempt->outer = g_object_ref(cancellable);
    attempt->outer_handler = g_cancellable_connect(cancellable, G_CALLBACK(on_outer_cancelled),
                                                   g_object_ref(attempt->cancellable), g_object_unref);
  }
  return attempt;
}

void
relay_connect_async(const RelayTarget *target, const char *grant, guint limit_ms, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
  Attempt *attempt = attempt_new(target, grant, limit_ms, cancellable);
  g_task_set_task_data(task, attempt, attempt_free);
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_socket_client_connect_to_host_async(client, target->address, target->port, attempt->cancellable,
                                        on_connected, g_steal_pointer(&task));
}

GIOStream *
relay_connect_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}
