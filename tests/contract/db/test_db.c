/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver promises, on real databases of each engine. */
#include "common/base/error.h"
#include "tests/contract/db/thing_table.h"
#include "tests/support/empty_database.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct {
  EmptyDatabase database;
  Db *db;
} Case;

static const Migration migrations[] = {
    {1, "first",
     "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT UNIQUE); CREATE INDEX thing_name ON thing "
     "(name)"},
    {2, "second", "ALTER TABLE thing ADD COLUMN size BIGINT"},
};

static void
set_up(Case *test, gconstpointer data)
{
  empty_database_init(&test->database, EMPTY_DATABASE_ENGINE(data));
  test->db = thing_table_open(test->database.address, clock_system(), migrations, G_N_ELEMENTS(migrations));
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->db, db_close);
  empty_database_clear(&test->database);
}

static gboolean
insert(DbTransaction *transaction, gint64 id, const char *name, GError **error)
{
  return db_run(transaction, error, "INSERT INTO thing (id, name, size) VALUES (?, ?, ?)", "lsi", id, name,
                7) == 1;
}

static void
test_commit(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, G_MAXINT64, "'; DROP TABLE thing; --", &error));
  g_assert_cmpint(thing_table_count(test->db), ==, 0); /* nobody sees it before */
  g_assert_true(db_commit(transaction, &error));
  g_assert_cmpint(thing_table_count(test->db), ==, 1);
}

static void
test_undo(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, "one", &error));
  g_clear_pointer(&transaction, db_transaction_free);
  g_assert_cmpint(thing_table_count(test->db), ==, 0);
  transaction = db_begin(test->db, DB_WRITE, &error); /* and the writer is free again */
  g_assert_no_error(error);
}

static void
test_values(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, G_MININT64, NULL, &error));
  g_autoptr(DbQuery) query = db_query(
      transaction, &error, "SELECT id, name, size FROM thing WHERE name IS NULL AND size = ?", "i", 7);
  gboolean row = FALSE;
  g_assert_true(db_next(query, &row, &error));
  g_assert_true(row);
  g_assert_cmpint(db_int(query, 0), ==, G_MININT64);
  g_assert_null(db_text(query, 1));
  g_assert_true(db_next(query, &row, &error));
  g_assert_false(row);
}

static void
test_conflict(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, "one", &error));
  g_assert_false(insert(transaction, 2, "one", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(insert(transaction, 3, "three", &error)); /* nothing more can be done in it */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(db_commit(transaction, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_assert_cmpint(thing_table_count(test->db), ==, 0);
}

static void
test_same_statement_nested(Case *test, gconstpointer data)
{
  static const char sql[] = "SELECT id FROM thing ORDER BY id";
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, "one", &error) && insert(transaction, 2, "two", &error));
  g_autoptr(DbQuery) outer = db_query(transaction, &error, sql, "");
  g_autoptr(DbQuery) inner = db_query(transaction, &error, sql, "");
  gboolean row = FALSE;
  g_assert_true(db_next(outer, &row, &error) && db_next(inner, &row, &error) && db_next(inner, &row, &error));
  g_assert_cmpint(db_int(outer, 0), ==, 1);
  g_assert_cmpint(db_int(inner, 0), ==, 2);
}

static void
test_readers_do_not_write(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_READ, &error);
  g_assert_false(insert(transaction, 1, "one", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
}

static void
test_booleans(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_READ, &error);
  g_autoptr(DbQuery) query =
      db_query(transaction, &error,
               "SELECT 1 = 1, EXISTS (SELECT 1 FROM thing), CAST(? AS TEXT) IS NULL, '?'", "s", NULL);
  gboolean row = FALSE;
  g_assert_true(db_next(query, &row, &error));
  g_assert_cmpint(db_int(query, 0), ==, 1);
  g_assert_cmpint(db_int(query, 1), ==, 0);
  g_assert_cmpint(db_int(query, 2), ==, 1);
  g_assert_cmpstr(db_text(query, 3), ==, "?");
}

/* Paging by name needs one order on every engine: that of the bytes. */
static void
test_order_of_text(Case *test, gconstpointer data)
{
  static const char *const names[] = {"B", "a", "a b", "a-b", "ab", "\303\244"};
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_true(insert(transaction, 10 - i, names[i], &error));
  g_autoptr(DbQuery) query =
      db_query(transaction, &error, "SELECT name FROM thing WHERE name > ? ORDER BY name", "s", "A");
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    gboolean row = FALSE;
    g_assert_true(db_next(query, &row, &error));
    g_assert_true(row);
    g_assert_cmpstr(db_text(query, 0), ==, names[i]);
  }
}

static void
test_later(Case *test, gconstpointer data)
{
  static const char sql[] = "INSERT INTO thing (id, name, size) VALUES (?, ?, 1)";
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  for (int i = 0; i < 100; i++)
    g_assert_true(db_run_later(transaction, NULL, &error, sql, "is", i, NULL));
  g_assert_cmpint(db_run(transaction, &error, "DELETE FROM thing WHERE id >= ?", "i", 90), ==, 10);
  g_assert_true(db_commit(transaction, &error));
  g_assert_cmpint(thing_table_count(test->db), ==, 90);
}

/* What fails later fails at the commit at the latest, and nothing of its transaction happens. */
static void
test_later_fails(Case *test, gconstpointer data)
{
  static const char sql[] = "INSERT INTO thing (id, name, size) VALUES (?, ?, 1)";
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(db_run_later(transaction, NULL, &error, sql, "is", 1, "one"));
  gboolean worked =
      db_run_later(transaction, NULL, &error, sql, "is", 2, "one") && db_commit(transaction, &error);
  g_assert_false(worked);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_clear_pointer(&transaction, db_transaction_free);
  g_assert_cmpint(thing_table_count(test->db), ==, 0);
  transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, "one", &error)); /* statements that were prepared in vain work again */
  g_assert_true(db_run_later(transaction, NULL, &error, sql, "is", 2, "two"));
  g_assert_true(db_commit(transaction, &error));
}

static void
test_later_results(Case *test, gconstpointer data)
{
  static const char sql[] = "UPDATE thing SET size = size + 1 WHERE id >= ?";
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  gint64 changed[] = {-1, -1};
  gboolean row = FALSE;
  g_assert_true(insert(transaction, 1, "one", &error) && insert(transaction, 2, "two", &error));
  g_assert_true(db_run_later(transaction, &changed[0], &error, sql, "i", 1));
  g_assert_true(db_run_later(transaction, &changed[1], &error, sql, "i", 2));
  g_autoptr(DbQuery) forgotten = db_query_later(transaction, &error, "SELECT size FROM thing", "");
  g_autoptr(DbQuery) one = db_query_later(transaction, &error, "SELECT size FROM thing WHERE id = ?", "i", 1);
  g_autoptr(DbQuery) two = db_query_later(transaction, &error, "SELECT size FROM thing WHERE id = ?", "i", 2);
  g_clear_pointer(&forgotten, db_query_free);
  g_assert_true(db_next(two, &row, &error));
  g_assert_cmpint(db_int(two, 0), ==, 9);
  g_assert_true(db_next(one, &row, &error));
  g_assert_cmpint(db_int(one, 0), ==, 8);
  g_assert_cmpint(changed[0], ==, 2);
  g_assert_cmpint(changed[1], ==, 1);
  g_assert_true(db_run_later(transaction, &changed[0], &error, sql, "i", 3));
  g_assert_true(db_settle(transaction, &error));
  g_assert_cmpint(changed[0], ==, 0);
}

static void
test_one_view(Case *test, gconstpointer data)
{
  static const char sql[] = "SELECT COUNT(*) FROM thing";
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) reading = db_begin(test->db, DB_READ, &error);
  g_autoptr(DbQuery) before = db_query(reading, &error, sql, "");
  gboolean row = FALSE;
  g_assert_true(db_next(before, &row, &error));
  g_assert_cmpint(db_int(before, 0), ==, 0);
  g_clear_pointer(&before, db_query_free);
  g_autoptr(DbTransaction) writing = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(writing, 1, "one", &error));
  g_assert_true(db_commit(writing, &error));
  g_autoptr(DbQuery) after = db_query(reading, &error, sql, "");
  g_assert_true(db_next(after, &row, &error));
  g_assert_cmpint(db_int(after, 0), ==, 0);
}

static void
test_one_broker_at_a_time(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(db_open(test->database.address, 1, clock_system(), &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_private_file(Case *test, gconstpointer data)
{
  GStatBuf status;
  g_assert_cmpint(g_stat(test->database.address, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void
test_bad_step_is_undone(Case *test, gconstpointer data)
{
  static const Migration bad[] = {
      {1, "first", ""}, {2, "second", ""}, {3, "third", "CREATE TABLE other (id INTEGER); NONSENSE"}};
  static const Migration good[] = {
      {1, "first", ""}, {2, "second", ""}, {3, "third", "CREATE TABLE other (id INTEGER)"}};
  g_autoptr(GError) error = NULL;
  g_assert_false(migration_run(test->db, bad, G_N_ELEMENTS(bad), NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  g_assert_nonnull(strstr(error->message, "step 3 (third)"));
  g_clear_error(&error);
  g_assert_true(migration_run(test->db, good, G_N_ELEMENTS(good), NULL, &error)); /* nothing of it was left */
  g_assert_no_error(error);
}

static void
test_newer_schema(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(migration_run(test->db, migrations, 1, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

static void
test_not_a_database(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_clear_pointer(&test->db, db_close);
  g_assert_true(g_file_set_contents(
      test->database.address, "this is no database, but text that is long enough to look at", -1, NULL));
  g_assert_null(db_open(test->database.address, 1, clock_system(), &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
}

/* Fault 9: a full disk refuses, loses nothing, and is over by itself. */
static void
test_full_disk(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, "one", &error));
  g_assert_true(db_commit(transaction, &error));
  g_clear_pointer(&transaction, db_transaction_free);
  transaction = db_begin(test->db, DB_WRITE, &error);
  g_autoptr(DbQuery) limit = db_query(transaction, &error, "PRAGMA max_page_count = 1", "");
  gboolean row;
  g_assert_true(db_next(limit, &row, &error)); /* the smallest that SQLite allows: what is there */
  g_clear_pointer(&limit, db_query_free);
  g_autofree char *large = g_strnfill(1 << 20, 'x');
  g_assert_false(insert(transaction, 2, large, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_clear_error(&error);
  g_clear_pointer(&transaction, db_transaction_free);
  g_assert_cmpint(thing_table_count(test->db), ==, 1);
  g_clear_pointer(&test->db, db_close);
  test->db = thing_table_open(test->database.address, clock_system(), migrations, G_N_ELEMENTS(migrations));
  transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(transaction, 2, large, &error));
  g_assert_true(db_commit(transaction, &error));
  g_assert_cmpint(thing_table_count(test->db), ==, 2);
}

/* Every commit moves the stamp before it is told; what is undone or only read does not. */
static void
test_change_stamp(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  guint before = db_change_stamp(test->db);
  g_assert_cmpint(thing_table_count(test->db), ==, 0);
  g_autoptr(DbTransaction) undone = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(insert(undone, 1, "one", &error));
  g_clear_pointer(&undone, db_transaction_free);
  g_assert_cmpuint(db_change_stamp(test->db), ==, before);
  for (gint64 id = 1; id <= 3; id++) {
    g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT, id);
    g_assert_true(insert(transaction, id, name, &error));
    g_assert_true(db_commit(transaction, &error));
    g_assert_cmpuint(db_change_stamp(test->db), ==, before + id);
  }
}

#define ADD(name, function) EMPTY_DATABASE_ADD("/db/" name, Case, set_up, function, tear_down)
#define ADD_FILE(name, function)                                                                             \
  g_test_add("/sqlite/db/" name, Case, GINT_TO_POINTER(DB_SQLITE), set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("commit", test_commit);
  ADD("undo", test_undo);
  ADD("values", test_values);
  ADD("conflict", test_conflict);
  ADD("nested", test_same_statement_nested);
  ADD("read-only", test_readers_do_not_write);
  ADD("booleans", test_booleans);
  ADD("order", test_order_of_text);
  ADD("later", test_later);
  ADD("later/results", test_later_results);
  ADD("later/fails", test_later_fails);
  ADD("one-view", test_one_view);
  ADD_FILE("one-broker", test_one_broker_at_a_time);
  ADD_FILE("private", test_private_file);
  ADD("change-stamp", test_change_stamp);
  ADD("migration/undone", test_bad_step_is_undone);
  ADD("migration/newer", test_newer_schema);
  ADD_FILE("not-a-database", test_not_a_database);
  ADD_FILE("full-disk", test_full_disk);
  return g_test_run();
}
