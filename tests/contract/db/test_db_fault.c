/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that tests set fail where they were asked to, and leave what a real failure there leaves. */
#include "broker/db/db_fault.h"

#include "common/base/error.h"
#include "tests/contract/db/thing_table.h"
#include "tests/support/empty_database.h"

typedef struct {
  EmptyDatabase database;
  Db *db;
  DbStep bad_step;
} Case;

static gboolean
fail(DbStep step, DbMode mode, gpointer data, GError **error)
{
  if (step != ((Case *)data)->bad_step || mode != DB_WRITE)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "The test wants it.");
  return FALSE;
}

static void
set_up(Case *test, gconstpointer data)
{
  static const Migration migrations[] = {{1, "first", "CREATE TABLE thing (id INTEGER PRIMARY KEY)"}};
  empty_database_init(&test->database, DB_SQLITE);
  test->db = thing_table_open(test->database.address, clock_system(), migrations, G_N_ELEMENTS(migrations));
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->db, db_close);
  empty_database_clear(&test->database);
}

static gboolean
write_one(Db *db, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  return transaction != NULL && db_run(transaction, error, "INSERT INTO thing DEFAULT VALUES", "") == 1 &&
         db_commit(transaction, error);
}

/* What fails before the commit did not happen; what fails after it did. Then the database is well again. */
static void
test_step(Case *test, DbStep step, gint64 written)
{
  g_autoptr(GError) error = NULL;
  test->bad_step = step;
  db_set_fault(test->db, fail, test);
  g_assert_false(write_one(test->db, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  g_clear_error(&error);
  g_assert_cmpint(thing_table_count(test->db), ==, written);
  db_set_fault(test->db, NULL, NULL);
  g_assert_true(write_one(test->db, &error));
  g_assert_no_error(error);
  g_assert_cmpint(thing_table_count(test->db), ==, written + 1);
}

static void
test_begin(Case *test, gconstpointer data)
{
  test_step(test, DB_STEP_BEGIN, 0);
}

static void
test_statement(Case *test, gconstpointer data)
{
  test_step(test, DB_STEP_STATEMENT, 0);
}

static void
test_commit(Case *test, gconstpointer data)
{
  test_step(test, DB_STEP_COMMIT, 0);
}

static void
test_committed(Case *test, gconstpointer data)
{
  test_step(test, DB_STEP_COMMITTED, 1);
}

#define ADD(name, function) g_test_add("/db/fault/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("begin", test_begin);
  ADD("statement", test_statement);
  ADD("commit", test_commit);
  ADD("committed", test_committed);
  return g_test_run();
}
