/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/postgres_listener.h"

#include "broker/db/postgres_connection.h"
#include "broker/db/postgres_error.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TRY_AGAIN_MS 500
#define ASK_EVERY_MS 10000
#define ASK_AWAY_MS  500

struct PostgresListener {
  PostgresServer *server;
  NoticeBoard *board;
  gint *is_away;
  PGconn *handle; /* nullable: not connected */
  int stop;       /* an eventfd */
  GThread *thread;
};

/* Runs @command; the connection is closed when that fails. */
static gboolean
run_command(PostgresListener *listener, const char *command)
{
  gint64 until_us = g_get_monotonic_time() + POSTGRES_ANSWER_LIMIT_MS * G_TIME_SPAN_MILLISECOND;
  gboolean works = PQsendQuery(listener->handle, command) == 1;
  PGresult *result = NULL;
  while (works && postgres_server_await(listener->handle, until_us) &&
         (result = PQgetResult(listener->handle)) != NULL) {
    ExecStatusType status = PQresultStatus(result);
    works = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    PQclear(result);
  }
  works = works && PQstatus(listener->handle) == CONNECTION_OK && g_get_monotonic_time() < until_us;
  if (!works)
    g_clear_pointer(&listener->handle, PQfinish);
  return works;
}

static gboolean
connect_handle(PostgresListener *listener, GError **error)
{
  listener->handle = postgres_server_connect(listener->server, error);
  if (listener->handle == NULL)
    return FALSE;
  if (run_command(listener, "LISTEN " POSTGRES_CHANNEL))
    return TRUE;
  postgres_error_lost(postgres_server_name(listener->server), "LISTEN failed", FALSE, error);
  return FALSE;
}

/* Waits for a notice or @limit_ms; FALSE: stop. */
static gboolean
wait_for_any(PostgresListener *listener, int limit_ms)
{
  struct pollfd waits[] = {
      {.fd = listener->stop, .events = POLLIN},
      {.fd = listener->handle != NULL ? PQsocket(listener->handle) : -1, .events = POLLIN},
  };
  (void)poll(waits, G_N_ELEMENTS(waits), limit_ms);
  return waits[0].revents == 0;
}

static void
put_up(PostgresListener *listener, const char *text)
{
  const char *blank = strchr(text, ' ');
  if (blank == NULL)
    return;
  g_autofree char *channel = g_strndup(text, (gsize)(blank - text));
  notice_board_push(listener->board, channel, blank + 1);
}

static void
take_notices(PostgresListener *listener)
{
  gboolean works = PQconsumeInput(listener->handle) == 1;
  PGnotify *notice;
  while ((notice = PQnotifies(listener->handle)) != NULL) {
    put_up(listener, notice->extra);
    PQfreemem(notice);
  }
  if (!works)
    g_clear_pointer(&listener->handle, PQfinish);
}

static void
come_back(PostgresListener *listener)
{
  g_autoptr(GError) error = NULL;
  if (!connect_handle(listener, &error)) {
    log_debug("No notices yet: %s", error->message);
    return;
  }
  log_info("The database %s answers again.", postgres_server_name(listener->server));
  g_atomic_int_set(listener->is_away, 0);
  notice_board_push(listener->board, NULL, "");
}

/* While others say that it is away, it is asked often. */
static void
listen_on(PostgresListener *listener, gint64 *asked_us)
{
  take_notices(listener);
  gboolean is_away = g_atomic_int_get(listener->is_away) != 0;
  gint64 now_us = g_get_monotonic_time();
  if (listener->handle == NULL ||
      now_us - *asked_us < (is_away ? ASK_AWAY_MS : ASK_EVERY_MS) * G_TIME_SPAN_MILLISECOND)
    return;
  *asked_us = now_us;
  if (!run_command(listener, "SELECT 1"))
    return;
  if (is_away)
    g_atomic_int_set(listener->is_away, 0);
  take_notices(listener); /* the answer may have brought some along */
}

static gpointer
run(gpointer data)
{
  PostgresListener *listener = data;
  gint64 asked_us = g_get_monotonic_time();
  while (wait_for_any(listener, TRY_AGAIN_MS)) {
    if (listener->handle != NULL)
      listen_on(listener, &asked_us);
    else
      come_back(listener);
  }
  return NULL;
}

PostgresListener *
postgres_listener_new(PostgresServer *server, NoticeBoard *board, gint *is_away, GError **error)
{
  PostgresListener *listener = g_new0(PostgresListener, 1);
  listener->server = server;
  listener->board = board;
  listener->is_away = is_away;
  listener->stop = eventfd(0, EFD_CLOEXEC);
  if (!connect_handle(listener, error)) {
    postgres_listener_free(listener);
    return NULL;
  }
  listener->thread = g_thread_new("db-listener", run, listener);
  return listener;
}

void
postgres_listener_free(PostgresListener *listener)
{
  if (listener == NULL)
    return;
  if (listener->thread != NULL) {
    (void)eventfd_write(listener->stop, 1);
    g_thread_join(listener->thread);
  }
  g_clear_pointer(&listener->handle, PQfinish);
  close(listener->stop);
  g_free(listener);
}
