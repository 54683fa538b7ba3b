/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/observer.h"

#include "tests/simulation/world_brokers.h"

#include <sqlite3.h>

struct Observer {
  World *world;
  sqlite3 *handle;
  sqlite3_stmt *version, *desktops, *sessions, *restless, *keeper;
  gint64 seen_version;
  guint known_keeper;
  GHashTable *known_desktops, *known_sessions; /* id → what it was */
  guint turn;
};

/* What was known of one row. */
typedef struct {
  char *signature;
  guint turn;
} Known;

int __real_sqlite3_step(sqlite3_stmt *statement);

static const char version_sql[] = "PRAGMA data_version";
static const char desktops_sql[] =
    "SELECT d.id, d.host, d.assignment, d.power, a.name, d.generation, d.counter FROM desktop d"
    " LEFT JOIN account a ON a.id = d.owner_id ORDER BY d.created_us, d.id";
static const char sessions_sql[] =
    "SELECT s.id, s.desktop_id, s.host, s.state, a.name, s.end_code FROM session s"
    " LEFT JOIN account a ON a.id = s.account_id ORDER BY s.created_us, s.id";
/* What is on its way, in words; no row when nothing is. */
static const char restless_sql[] =
    "SELECT 'command ' || kind || ' ' || desktop_id || ' for ' || host FROM outbox"
    " UNION ALL SELECT 'desktop ' || id || ' ' || assignment || ' ' || power || ' on ' || host FROM desktop"
    " WHERE assignment IN ('none', 'recycling') OR power <> 'up'"
    " UNION ALL SELECT 'host ' || name || ' ' || state FROM host WHERE state <> 'up' LIMIT 1";

static const char keeper_sql[] = "SELECT holder FROM lease WHERE name = 'keeper'";

static void
known_free(gpointer data)
{
  Known *known = data;
  g_free(known->signature);
  g_free(known);
}

static sqlite3_stmt *
prepare(Observer *observer, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(observer->handle, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error("the observer cannot read the database: %s", sqlite3_errmsg(observer->handle));
  return statement;
}

Observer *
observer_new(World *world, const char *database)
{
  Observer *observer = g_new0(Observer, 1);
  observer->world = world;
  if (sqlite3_open_v2(database, &observer->handle, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    g_error("the observer cannot open the database");
  observer->version = prepare(observer, version_sql);
  observer->desktops = prepare(observer, desktops_sql);
  observer->sessions = prepare(observer, sessions_sql);
  observer->restless = prepare(observer, restless_sql);
  observer->keeper = prepare(observer, keeper_sql);
  observer->known_desktops = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
  observer->known_sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
  observer->seen_version = -1;
  return observer;
}

static gint64
number(sqlite3_stmt *statement)
{
  if (__real_sqlite3_step(statement) != SQLITE_ROW)
    g_error("the observer cannot read the database");
  gint64 value = sqlite3_column_int64(statement, 0);
  sqlite3_reset(statement);
  return value;
}

static const char *
text(sqlite3_stmt *statement, int column)
{
  return (const char *)sqlite3_column_text(statement, column);
}

/* Whether @signature is news of @id. */
static gboolean
is_news(Observer *observer, GHashTable *table, const char *id, const char *signature)
{
  Known *known = g_hash_table_lookup(table, id);
  if (known == NULL) {
    known = g_new0(Known, 1);
    g_hash_table_insert(table, g_strdup(id), known);
  }
  known->turn = observer->turn;
  if (g_strcmp0(known->signature, signature) == 0)
    return FALSE;
  g_free(known->signature);
  known->signature = g_strdup(signature);
  return TRUE;
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static void
note_gone(Observer *observer, GHashTable *table, EventKind kind)
{
  g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
  GHashTableIter iter;
  gpointer id, value;
  g_hash_table_iter_init(&iter, table);
  while (g_hash_table_iter_next(&iter, &id, &value))
    if (((Known *)value)->turn != observer->turn)
      g_ptr_array_add(gone, g_strdup(id));
  g_ptr_array_sort(gone, compare_texts);
  for (guint i = 0; i < gone->len; i++) {
    const char *which = g_ptr_array_index(gone, i);
    gboolean desktop = kind == EVENT_DESKTOP_ROW_GONE;
    world_note(observer->world,
               (Event){.kind = kind, .desktop = desktop ? which : NULL, .session = desktop ? NULL : which});
    g_hash_table_remove(table, which);
  }
}

static void
look_at_desktops(Observer *observer)
{
  sqlite3_stmt *row = observer->desktops;
  while (__real_sqlite3_step(row) == SQLITE_ROW) {
    gboolean lost = g_strcmp0(text(row, 3), "lost") == 0;
    Event event = {.kind = EVENT_DESKTOP_ROW,
                   .pool = WORLD_POOL,
                   .desktop = text(row, 0),
                   .host = text(row, 1),
                   .text = text(row, 2),
                   .user = text(row, 4),
                   .epoch = {(guint64)sqlite3_column_int64(row, 5), (guint64)sqlite3_column_int64(row, 6)},
                   .number = lost};
    g_autofree char *signature =
        g_strdup_printf("%s %s %s %d %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, event.host, event.text,
                        event.user, lost, event.epoch.generation, event.epoch.counter);
    if (is_news(observer, observer->known_desktops, event.desktop, signature))
      world_note(observer->world, event);
  }
  sqlite3_reset(row);
  note_gone(observer, observer->known_desktops, EVENT_DESKTOP_ROW_GONE);
}

static void
look_at_sessions(Observer *observer)
{
  sqlite3_stmt *row = observer->sessions;
  while (__real_sqlite3_step(row) == SQLITE_ROW) {
    Event event = {.kind = EVENT_SESSION_ROW,
                   .session = text(row, 0),
                   .desktop = text(row, 1),
                   .host = text(row, 2),
                   .text = text(row, 3),
                   .user = text(row, 4),
                   .key = text(row, 5)};
    g_autofree char *signature =
        g_strdup_printf("%s %s %s %s", event.desktop, event.host, event.text, event.user);
    if (is_news(observer, observer->known_sessions, event.session, signature))
      world_note(observer->world, event);
  }
  sqlite3_reset(row);
  note_gone(observer, observer->known_sessions, EVENT_SESSION_ROW_GONE);
}

/* First of all: what else changed may be its doing. */
static void
look_at_keeper(Observer *observer)
{
  gboolean found = __real_sqlite3_step(observer->keeper) == SQLITE_ROW;
  guint number = found ? world_number_of(observer->world, text(observer->keeper, 0)) : 0;
  sqlite3_reset(observer->keeper);
  if (number != observer->known_keeper)
    world_note(observer->world, (Event){.kind = EVENT_KEEPER, .number = number});
  observer->known_keeper = number;
}

void
observer_look(Observer *observer)
{
  gint64 version = number(observer->version);
  if (version == observer->seen_version)
    return;
  observer->seen_version = version;
  observer->turn++;
  look_at_keeper(observer);
  look_at_desktops(observer);
  look_at_sessions(observer);
}

char *
observer_unrest(Observer *observer)
{
  gboolean found = __real_sqlite3_step(observer->restless) == SQLITE_ROW;
  char *what = found ? g_strdup(text(observer->restless, 0)) : NULL;
  sqlite3_reset(observer->restless);
  return what;
}

void
observer_free(Observer *observer)
{
  if (observer == NULL)
    return;
  sqlite3_finalize(observer->version);
  sqlite3_finalize(observer->desktops);
  sqlite3_finalize(observer->sessions);
  sqlite3_finalize(observer->restless);
  sqlite3_finalize(observer->keeper);
  sqlite3_close(observer->handle);
  g_hash_table_unref(observer->known_desktops);
  g_hash_table_unref(observer->known_sessions);
  g_free(observer);
}
