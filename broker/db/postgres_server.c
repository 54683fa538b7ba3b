/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/postgres_server.h"

#include "broker/db/postgres_error.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define DELAY_FIRST_US (200 * G_TIME_SPAN_MILLISECOND)
#define DELAY_MAX_US   (3 * G_TIME_SPAN_SECOND)
#define VERSION_MIN    130000
#define CREDENTIAL     "database-password"

struct PostgresServer {
  PQconninfoOption *options;
  char *name;
  char *settings;
  char *password; /* nullable: from a credential of systemd */
  GMutex mutex;   /* of the three below */
  gint64 delay_us;
  gint64 next_try_us;
  gint64 clock_offset_us; /* the server's clock minus our monotonic one */
  gboolean clock_is_known;
};

/* A broker that stands still in the middle of a transaction loses the right to write after 3 s. */
static const char SETTINGS[] =
    "-c statement_timeout=6000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=3000"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=10000 -c client_min_messages=warning -c search_path=public";

/* Ours, where the address does not say otherwise. Without the first, libpq looks for Kerberos credentials at
 * each connection, from several threads at once. */
static const struct {
  const char *name;
  const char *value;
} DEFAULTS[] = {
    {"gssencmode", "disable"},     {"application_name", "caraway-broker"}, {"connect_timeout", "3"},
    {"keepalives_idle", "5"},      {"keepalives_interval", "2"},           {"keepalives_count", "3"},
    {"tcp_user_timeout", "10000"}, {"target_session_attrs", "read-write"}, {"client_encoding", "UTF8"},
};

gboolean
postgres_server_is_address(const char *address)
{
  return g_str_has_prefix(address, "postgresql://") || g_str_has_prefix(address, "postgres://");
}

static const char *
option(PostgresServer *server, const char *name)
{
  for (PQconninfoOption *at = server->options; at->keyword != NULL; at++)
    if (g_str_equal(at->keyword, name))
      return at->val;
  return NULL;
}

static char *
describe(PostgresServer *server)
{
  const char *host = option(server, "host");
  const char *port = option(server, "port");
  const char *name = option(server, "dbname");
  return g_strdup_printf("%s at %s%s%s", name != NULL ? name : "(default)", host != NULL ? host : "(local)",
                         port != NULL ? ":" : "", port != NULL ? port : "");
}

/* systemd hands a credential to the service alone; a password file of libpq must not be readable by a group,
 * which such a credential may be. */
static char *
read_credential(void)
{
  const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
  if (folder == NULL)
    return NULL;
  g_autofree char *path = g_build_filename(folder, CREDENTIAL, NULL);
  char *password = NULL;
  if (!g_file_get_contents(path, &password, NULL, NULL))
    return NULL;
  password[strcspn(password, "\r\n")] = '\0';
  return password;
}

PostgresServer *
postgres_server_new(const char *address, GError **error)
{
  char *problem = NULL;
  PQconninfoOption *options = PQconninfoParse(address, &problem);
  PQfreemem(problem); /* it may quote the password */
  if (options == NULL) {
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
        "The address of the database cannot be read; write it as postgresql://USER@HOST:PORT/DATABASE, "
        "special characters as %%XX.");
    return NULL;
  }
  PostgresServer *server = g_new0(PostgresServer, 1);
  g_mutex_init(&server->mutex);
  server->options = options;
  server->name = describe(server);
  const char *own = option(server, "options");
  server->settings = own != NULL ? g_strconcat(SETTINGS, " ", own, NULL) : g_strdup(SETTINGS);
  if (option(server, "password") == NULL && option(server, "passfile") == NULL)
    server->password = read_credential();
  return server;
}

const char *
postgres_server_name(PostgresServer *server)
{
  return server->name;
}

#define KEYWORDS_MAX 80

static void
add(const char **keywords, const char **values, guint *count, const char *keyword, const char *value)
{
  if (value == NULL || *count >= KEYWORDS_MAX)
    return;
  keywords[*count] = keyword;
  values[(*count)++] = value;
}

static PGconn *
open_handle(PostgresServer *server)
{
  const char *keywords[KEYWORDS_MAX + 1] = {NULL};
  const char *values[KEYWORDS_MAX + 1] = {NULL};
  guint count = 0;
  for (guint i = 0; i < G_N_ELEMENTS(DEFAULTS); i++)
    if (option(server, DEFAULTS[i].name) == NULL)
      add(keywords, values, &count, DEFAULTS[i].name, DEFAULTS[i].value);
  for (PQconninfoOption *at = server->options; at->keyword != NULL; at++)
    if (!g_str_equal(at->keyword, "options"))
      add(keywords, values, &count, at->keyword, at->val);
  add(keywords, values, &count, "options", server->settings);
  add(keywords, values, &count, "password", server->password);
  return PQconnectdbParams(keywords, values, 0);
}

static gboolean
may_try(PostgresServer *server, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->mutex);
  if (g_get_monotonic_time() >= server->next_try_us)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
              "The database %s is away; it is tried again every few seconds.", server->name);
  return FALSE;
}

static void
note_try(PostgresServer *server, gboolean succeeded)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->mutex);
  gint64 longer_us = MIN(MAX(server->delay_us * 2, DELAY_FIRST_US), DELAY_MAX_US);
  server->delay_us = succeeded ? 0 : longer_us;
  server->next_try_us = succeeded ? 0 : g_get_monotonic_time() + server->delay_us;
}

static gboolean
check_server(PostgresServer *server, PGconn *handle, GError **error)
{
  if (PQstatus(handle) != CONNECTION_OK) {
    g_autofree char *text = postgres_error_text(handle);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "The database %s cannot be reached: %s.",
                server->name, text);
    return FALSE;
  }
  if (PQserverVersion(handle) < VERSION_MIN) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "The database %s is PostgreSQL %d; 13 or later is needed, 15 is what is tested.",
                server->name, PQserverVersion(handle) / 10000);
    return FALSE;
  }
  const char *encoding = PQparameterStatus(handle, "server_encoding");
  if (g_strcmp0(encoding, "UTF8") == 0)
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "The database %s is encoded as %s; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
      server->name, encoding);
  return FALSE;
}

static void
ignore_notice(void *data, const PGresult *result)
{
  log_debug("PostgreSQL: %s", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

PGconn *
postgres_server_connect(PostgresServer *server, GError **error)
{
  if (!may_try(server, error))
    return NULL;
  PGconn *handle = open_handle(server);
  gboolean works = check_server(server, handle, error);
  note_try(server, works);
  if (!works) {
    PQfinish(handle);
    return NULL;
  }
  PQsetNoticeReceiver(handle, ignore_notice, NULL);
  PQsetnonblocking(handle, 1);
  return handle;
}

static int
time_left_ms(gint64 until_us)
{
  if (until_us == 0)
    return -1;
  gint64 left_us = until_us - g_get_monotonic_time();
  return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

gboolean
postgres_server_await(PGconn *handle, gint64 until_us)
{
  while (PQstatus(handle) == CONNECTION_OK) {
    int unsent = PQflush(handle);
    if (unsent == 0 && !PQisBusy(handle))
      return TRUE;
    struct pollfd wait = {.fd = PQsocket(handle), .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};
    int left_ms = time_left_ms(until_us);
    int ready = poll(&wait, 1, left_ms);
    if (ready == 0 || (ready < 0 && errno != EINTR))
      return FALSE;
    if (ready > 0 && (wait.revents & ~POLLOUT) != 0 && PQconsumeInput(handle) == 0)
      return TRUE; /* the next result tells what happened */
  }
  return TRUE;
}

void
postgres_server_set_now(PostgresServer *server, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->mutex);
  server->clock_offset_us = now_us - clock_boottime_us(clock_system());
  server->clock_is_known = TRUE;
}

gint64
postgres_server_now(PostgresServer *server)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->mutex);
  return server->clock_is_known ? clock_boottime_us(clock_system()) + server->clock_offset_us : -1;
}

void
postgres_server_free(PostgresServer *server)
{
  if (server == NULL)
    return;
  PQconninfoFree(server->options);
  secret_free(server->password);
  g_free(server->name);
  g_free(server->settings);
  g_mutex_clear(&server->mutex);
  g_free(server);
}
