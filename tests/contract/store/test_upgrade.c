/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of released versions, brought up to date by this one. */
#include "broker/db/migration.h"
#include "broker/store/audit_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/schema.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "tests/support/empty_database.h"

typedef struct {
  EmptyDatabase database;
  Db *db;
} Case;

static void
set_up(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  empty_database_init(&test->database, EMPTY_DATABASE_ENGINE(data));
  test->db = db_open(test->database.address, 1, clock_system(), &error);
  g_assert_no_error(error);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->db, db_close);
  empty_database_clear(&test->database);
}

/* Each statement ends with its line. */
static void
load(Db *db, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(TEST_SOURCE_DIR, "fixtures", name, NULL);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, &error));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, &error);
  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0' && !g_str_has_prefix(*line, "--"))
      g_assert_cmpint(db_run(transaction, &error, *line, ""), >=, 0);
  g_assert_true(db_commit(transaction, &error));
}

static void
check_people(DbTransaction *transaction)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(User) alice = user_store_find(transaction, "alice", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(alice->full_name, ==, "Alice; \"A\" O'Hara");
  g_assert_cmpstr(alice->groups[0], ==, "staff");
  g_assert_cmpint(alice->version, ==, 3);
  const Page page = {.limit = 10};
  g_autoptr(GPtrArray) audit = audit_store_list(transaction, &page, NULL, &error);
  g_assert_cmpuint(audit->len, ==, 2);
}

static void
check_desktops(DbTransaction *transaction)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(transaction, "office-0001", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  g_assert_cmpstr(desktop->session_id, ==, "s-1");
  g_assert_cmpuint(desktop->epoch.counter, ==, 2);
  g_autoptr(Session) session = session_store_find(transaction, "s-1", &error);
  g_assert_no_error(error);
  g_assert_cmpint(session->state, ==, SESSION_CONNECTED);
  g_autoptr(Pool) pool = pool_store_find(transaction, "office", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(pool->spares, ==, 2);
  g_assert_cmpstr(pool->naming, ==, "office-{n:4}");
}

static void
test_schema_3(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  int from = 0;
  load(test->db, "schema-3.sql");
  gboolean updated = schema_update(test->db, &from, &error);
  g_assert_no_error(error);
  g_assert_true(updated);
  g_assert_cmpint(from, ==, 3);
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  int level = 0;
  g_assert_true(migration_level(transaction, &level, &error));
  g_assert_cmpint(level, ==, schema_number());
  check_people(transaction);
  check_desktops(transaction);
}

static void
put_pool(DbTransaction *transaction, const char *name, const char *kind, const char *on_disconnect)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(
      db_run(transaction, &error,
             "INSERT INTO pool (id, name, description, image, size, spares, vcpus, memory_mib, heads,"
             "  account, channels, deleting, created_us, version, kind, on_disconnect,"
             "  on_disconnect_delay_s, on_logoff, idle_limit_s)"
             " VALUES (?, ?, '', '', 0, 0, 2, 2048, 1, 'user', 'main,display,inputs', 0, 1, 1, ?, ?,"
             "  60, 'keep', 600)",
             "ssss", name, name, kind, on_disconnect),
      ==, 1);
  g_assert_no_error(error);
}

static void
check_rules(DbTransaction *transaction, const char *name, PoolDisconnect on_disconnect, guint delay_s,
            guint idle_limit_s)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Pool) pool = pool_store_find(transaction, name, &error);
  g_assert_no_error(error);
  g_assert_cmpint(pool->on_disconnect, ==, on_disconnect);
  g_assert_cmpuint(pool->on_disconnect_delay_s, ==, delay_s);
  g_assert_cmpuint(pool->idle_limit_s, ==, idle_limit_s);
}

/* Manual pools lose the rules that they never carried out, so that they can be changed; others keep theirs.
 */
static void
test_schema_13(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  int from = 0;
  g_autoptr(DbTransaction) old = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(schema_apply(old, 0, 13, &error));
  put_pool(old, "locking", "manual", "lock");
  put_pool(old, "stopping", "manual", "shutdown");
  put_pool(old, "own", "dedicated", "lock");
  g_assert_true(db_commit(old, &error));
  g_clear_pointer(&old, db_transaction_free);
  gboolean updated = schema_update(test->db, &from, &error);
  g_assert_no_error(error);
  g_assert_true(updated);
  g_assert_cmpint(from, ==, 13);
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_READ, &error);
  check_rules(transaction, "locking", POOL_DISCONNECT_KEEP, 0, 0);
  check_rules(transaction, "stopping", POOL_DISCONNECT_SHUTDOWN, 60, 0);
  check_rules(transaction, "own", POOL_DISCONNECT_LOCK, 60, 600);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  EMPTY_DATABASE_ADD("/upgrade/schema-3", Case, set_up, test_schema_3, tear_down);
  EMPTY_DATABASE_ADD("/upgrade/schema-13", Case, set_up, test_schema_13, tear_down);
  return g_test_run();
}
