/* SPDX-License-Identifier: Apache-2.0 */
/* What is PostgreSQL's alone: several brokers on one database, connections that are lost, ambiguous commits.
 */
#include "broker/db/migration.h"
#include "common/base/error.h"
#include "tests/support/empty_database.h"

#define LIMIT_US (30 * G_TIME_SPAN_SECOND)

typedef struct {
  EmptyDatabase database;
  Db *one;
  Db *two;
  GAsyncQueue *told; /* of the second: "channel payload", "?" for what may have been missed */
} Case;

static const Migration migrations[] = {
    {1, "first", "CREATE TABLE thing (id BIGINT PRIMARY KEY)"},
    {2, "second", "CREATE TABLE step (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)"},
    {3, "third", "INSERT INTO step (name) VALUES ('once')"},
};

/* The server ends the connection of whoever commits a negative number, while it commits. */
static const char BREAK_COMMIT[] =
    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END';"
    "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    " WHEN (new.id < 0) EXECUTE FUNCTION die()";

static const char END_ALL[] = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                              " WHERE datname = current_database() AND pid <> pg_backend_pid()";

static void
take_notice(const char *channel, const char *payload, gpointer data)
{
  g_async_queue_push(data, channel != NULL ? g_strdup_printf("%s %s", channel, payload) : g_strdup("?"));
}

static Db *
open_db(Case *test)
{
  g_autoptr(GError) error = NULL;
  Db *db = db_open(test->database.address, 2, clock_system(), &error);
  g_assert_no_error(error);
  return db;
}

static void
set_up(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  empty_database_init(&test->database, DB_POSTGRES);
  test->one = open_db(test);
  test->two = open_db(test);
  g_assert_true(migration_run(test->one, migrations, G_N_ELEMENTS(migrations), NULL, &error));
  g_assert_no_error(error);
  test->told = g_async_queue_new_full(g_free);
  db_listen(test->two, take_notice, test->told);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->one, db_close);
  g_clear_pointer(&test->two, db_close);
  g_clear_pointer(&test->told, g_async_queue_unref);
  empty_database_clear(&test->database);
}

static void
assert_told(Case *test, const char *text)
{
  g_autofree char *told = g_async_queue_timeout_pop(test->told, LIMIT_US);
  g_assert_cmpstr(told, ==, text);
}

static gint64
count(Db *db, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, &error);
  g_autoptr(DbQuery) query = db_query(transaction, &error, sql, "");
  g_assert_no_error(error);
  gboolean row = FALSE;
  g_assert_true(db_next(query, &row, &error));
  return db_int(query, 0);
}

static gint64
count_things(Db *db)
{
  return count(db, "SELECT COUNT(*) FROM thing");
}

static gboolean
insert(DbTransaction *transaction, gint64 id, GError **error)
{
  return db_run(transaction, error, "INSERT INTO thing (id) VALUES (?)", "l", id) == 1;
}

static gboolean
write_one(Db *db, gint64 id, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  return transaction != NULL && insert(transaction, id, error) && db_commit(transaction, error);
}

/* A thread that writes the number that is one higher than the highest. */
static gpointer
write_next(gpointer data)
{
  GError *error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(data, DB_WRITE, &error);
  if (transaction != NULL &&
      db_run(transaction, &error, "INSERT INTO thing (id) SELECT COALESCE(MAX(id), 0) + 1 FROM thing", "") ==
          1)
    (void)!db_commit(transaction, &error);
  return error;
}

static void
wait_for_lock(Case *test)
{
  gint64 limit_us = g_get_monotonic_time() + LIMIT_US;
  while (count(test->one,
               "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
               " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0)
    g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
}

/* One that waited sees what the other did: nobody decides on old rows. */
static void
test_one_writer_over_all_brokers(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, &error));
  GThread *thread = g_thread_new("second", write_next, test->two);
  wait_for_lock(test);
  g_assert_true(db_commit(transaction, &error));
  g_assert_null(g_thread_join(thread));
  g_assert_cmpint(count(test->one, "SELECT MAX(id) FROM thing"), ==, 2);
}

/* Fault 10: one that stands still with the right to write loses it, and cannot go on afterwards. */
static void
test_stopped_writer_loses_its_turn(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, &error));
  g_assert_true(write_one(test->two, 2, &error)); /* waits until then */
  g_assert_no_error(error);
  g_assert_false(insert(transaction, 3, &error) && db_commit(transaction, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  g_clear_error(&error);
  g_clear_pointer(&transaction, db_transaction_free);
  g_assert_cmpint(count_things(test->one), ==, 1);
  g_assert_true(write_one(test->one, 4, &error));
}

static void
test_resting_connections_are_lost(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(write_one(test->one, 1, &error));
  g_assert_cmpint(count_things(test->one), ==, 1);
  empty_database_run(&test->database, END_ALL);
  g_assert_cmpint(count_things(test->one), ==, 1); /* nobody notices */
  g_assert_true(write_one(test->one, 2, &error));
  g_assert_no_error(error);
  g_assert_cmpint(count_things(test->one), ==, 2);
}

static void
test_lost_in_the_middle(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(insert(transaction, 1, &error));
  empty_database_run(&test->database, END_ALL);
  g_assert_false(insert(transaction, 2, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  g_assert_nonnull(strstr(error->message, "Nothing was changed"));
  g_clear_error(&error);
  g_assert_false(db_available(test->one));
  g_assert_false(db_commit(transaction, &error));
  g_clear_error(&error);
  g_clear_pointer(&transaction, db_transaction_free);
  g_assert_cmpint(count_things(test->one), ==, 0);
  g_assert_true(write_one(test->one, 3, &error));
  g_assert_true(db_available(test->one));
}

/* Fault 8: an answer that was lost is neither a yes nor a no. */
static void
test_ambiguous_commit(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  empty_database_run(&test->database, BREAK_COMMIT);
  g_assert_false(write_one(test->one, -1, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  g_assert_nonnull(strstr(error->message, "not known"));
  g_assert_nonnull(strstr(error->message, "same idempotency key"));
  g_clear_error(&error);
  g_assert_true(write_one(test->one, 1, &error));
  g_assert_cmpint(count_things(test->one), ==, 1);
}

static void
test_notices_reach_other_brokers(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(db_notify(transaction, "session", "1", &error));
  g_clear_pointer(&transaction, db_transaction_free); /* undone: not told */
  transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(db_notify(transaction, "session", "2 with blanks", &error) &&
                db_notify(transaction, "odd", "a\"b\\c,{d}'\n", &error) &&
                db_notify(transaction, "pools", "", &error) && db_commit(transaction, &error));
  assert_told(test, "session 2 with blanks");
  assert_told(test, "odd a\"b\\c,{d}'\n");
  assert_told(test, "pools ");
}

static void
test_missed_notices_are_said(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  empty_database_run(&test->database, END_ALL);
  assert_told(test, "?");
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_assert_true(db_notify(transaction, "session", "3", &error) && db_commit(transaction, &error));
  assert_told(test, "session 3");
}

static gpointer
migrate(gpointer data)
{
  GError *error = NULL;
  (void)!migration_run(data, migrations, G_N_ELEMENTS(migrations), NULL, &error);
  return error;
}

/* Two brokers that start at once do each step once. */
static void
test_migrations_at_once(Case *test, gconstpointer data)
{
  empty_database_run(&test->database, "DROP TABLE thing, step, schema_migration");
  GThread *one = g_thread_new("one", migrate, test->one);
  GThread *two = g_thread_new("two", migrate, test->two);
  g_assert_null(g_thread_join(one));
  g_assert_null(g_thread_join(two));
  g_assert_cmpint(count(test->one, "SELECT COUNT(*) FROM step"), ==, 1);
  g_assert_cmpint(count(test->one, "SELECT COUNT(*) FROM schema_migration"), ==, G_N_ELEMENTS(migrations));
}

static void
test_address_is_not_repeated(Case *test, gconstpointer data)
{
  static const char *const addresses[] = {
      "postgresql://u:s3cret@/x?nonsense=1",
      "postgresql://u:s3cret@127.0.0.1:1/x",
      "postgresql://u:s3cret@[::1/x",
      "postgresql://u:s3cret@127.0.0.1:port/x",
  };
  for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(db_open(addresses[i], 1, clock_system(), &error));
    g_assert_true(g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE) ||
                  g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG));
    g_assert_null(strstr(error->message, "s3cret"));
  }
}

/* Text is kept as bytes of UTF-8, and a counting key goes on. */
static void
test_counting_key(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->one, DB_WRITE, &error);
  g_autoptr(DbQuery) query =
      db_query(transaction, &error, "INSERT INTO step (name) VALUES (?) RETURNING id", "s", "two");
  gboolean row = FALSE;
  g_assert_true(db_next(query, &row, &error));
  g_assert_cmpint(db_int(query, 0), ==, 2);
}

#define ADD(name, function) g_test_add("/postgres/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("one-writer", test_one_writer_over_all_brokers);
  ADD("stopped-writer", test_stopped_writer_loses_its_turn);
  ADD("lost/resting", test_resting_connections_are_lost);
  ADD("lost/middle", test_lost_in_the_middle);
  ADD("lost/commit", test_ambiguous_commit);
  ADD("notices/others", test_notices_reach_other_brokers);
  ADD("notices/missed", test_missed_notices_are_said);
  ADD("migrations", test_migrations_at_once);
  ADD("address", test_address_is_not_repeated);
  ADD("counting-key", test_counting_key);
  return g_test_run();
}
