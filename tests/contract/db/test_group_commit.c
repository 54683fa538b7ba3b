/* SPDX-License-Identifier: Apache-2.0 */
/* Several writers on one commit: who waits for whom, what is undone with whom, who is told. */
#include "common/base/error.h"
#include "tests/contract/db/thing_table.h"
#include "tests/support/empty_database.h"

#define LIMIT_US (30 * G_TIME_SPAN_SECOND)

typedef struct {
  EmptyDatabase database;
  FakeClock clock;
  Db *db;
  GAsyncQueue *told; /* "channel payload", in the order of telling */
} Case;

/* What one thread does with its turn. */
typedef struct {
  Db *db;
  gint64 id;
  gboolean is_undone;    /* does not commit */
  gboolean is_orphan;    /* breaks a rule that is looked at only at the commit */
  gboolean is_large;     /* does not fit */
  gint *leader_returned; /* nullable: whether the first member's commit had returned in this one's turn */
  gboolean saw_leader_return;
  gboolean durable;
  GError *error;
  GThread *thread;
} Member;

/* The rule on an owner is deferred: only COMMIT looks at it. */
static const Migration migrations[] = {
    {1, "first",
     "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, owner BIGINT REFERENCES thing (id) DEFERRABLE "
     "INITIALLY DEFERRED)"},
};

static void
take_notice(const char *channel, const char *payload, gpointer data)
{
  g_async_queue_push(data, g_strdup_printf("%s %s", channel, payload));
}

static void
set_up(Case *test, gconstpointer data)
{
  empty_database_init(&test->database, EMPTY_DATABASE_ENGINE(data));
  fake_clock_init(&test->clock, 1234567);
  test->db =
      thing_table_open(test->database.address, &test->clock.clock, migrations, G_N_ELEMENTS(migrations));
  test->told = g_async_queue_new_full(g_free);
  db_listen(test->db, take_notice, test->told);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->db, db_close);
  g_clear_pointer(&test->told, g_async_queue_unref);
  empty_database_clear(&test->database);
}

static gboolean
write_member(Member *member, DbTransaction *transaction)
{
  g_autofree char *name = g_strnfill(member->is_large ? 1 << 20 : 8, 'x');
  g_autofree char *payload = g_strdup_printf("%" G_GINT64_FORMAT, member->id);
  const gint64 owner = member->is_orphan ? 4711 : member->id;
  return db_run(transaction, &member->error, "INSERT INTO thing (id, name, owner) VALUES (?, ?, ?)", "lsl",
                member->id, name, owner) == 1 &&
         db_notify(transaction, "thing", payload, &member->error);
}

static void
run_member(Member *member, DbTransaction *transaction)
{
  if (member->leader_returned != NULL)
    member->saw_leader_return = g_atomic_int_get(member->leader_returned) != 0;
  member->durable =
      write_member(member, transaction) && !member->is_undone && db_commit(transaction, &member->error);
}

static gpointer
run_thread(gpointer data)
{
  Member *member = data;
  g_autoptr(DbTransaction) transaction = db_begin(member->db, DB_WRITE, &member->error);
  if (transaction != NULL)
    run_member(member, transaction);
  return NULL;
}

static guint
waiting(Db *db)
{
  DbWriting writing;
  db_writing(db, &writing);
  return writing.waiting;
}

/* Starts @member's thread and returns once it stands in the queue as number @place. */
static void
queue_up(Case *test, Member *member, guint place)
{
  member->db = test->db;
  member->thread = g_thread_new("member", run_thread, member);
  gint64 limit_us = g_get_monotonic_time() + LIMIT_US;
  while (waiting(test->db) < place) {
    g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
    g_thread_yield();
  }
}

/* @members[0] has the turn until all others wait for theirs; so they are one batch, in that order. */
static void
run_batch(Case *test, Member *members, guint n)
{
  gint leader_returned = 0;
  Member *leader = &members[0];
  leader->db = test->db;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &leader->error);
  g_assert_no_error(leader->error);
  for (guint i = 1; i < n; i++) {
    members[i].leader_returned = &leader_returned;
    queue_up(test, &members[i], i);
  }
  run_member(leader, transaction);
  g_atomic_int_set(&leader_returned, 1);
  g_clear_pointer(&transaction, db_transaction_free);
  for (guint i = 1; i < n; i++)
    g_thread_join(members[i].thread);
}

static void
assert_told(Case *test, const char *text)
{
  g_autofree char *told = g_async_queue_timeout_pop(test->told, LIMIT_US);
  g_assert_cmpstr(told, ==, text);
}

/* What is told next is this, so that nothing was told before it. */
static void
assert_nothing_told(Case *test)
{
  Member member = {.id = 99};
  run_batch(test, &member, 1);
  g_assert_no_error(member.error);
  assert_told(test, "thing 99");
}

static void
test_one_commit(Case *test, gconstpointer data)
{
  DbWriting before;
  DbWriting after;
  Member members[] = {{.id = 1}, {.id = 2}, {.id = 3}};
  db_writing(test->db, &before);
  run_batch(test, members, G_N_ELEMENTS(members));
  db_writing(test->db, &after);
  g_assert_cmpint(after.commits - before.commits, ==, 1);
  g_assert_cmpint(after.members - before.members, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
    g_assert_no_error(members[i].error);
    g_assert_true(members[i].durable);
    g_assert_false(members[i].saw_leader_return); /* it waited for them */
  }
  g_assert_cmpint(thing_table_count(test->db), ==, 3);
}

static void
test_commit_fails(Case *test, gconstpointer data)
{
  Member members[] = {{.id = 1}, {.id = 2, .is_orphan = TRUE}, {.id = 3}};
  run_batch(test, members, G_N_ELEMENTS(members));
  for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
    g_assert_false(members[i].durable);
    g_assert_error(members[i].error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
    g_clear_error(&members[i].error);
  }
  g_assert_cmpint(thing_table_count(test->db), ==, 0);
  assert_nothing_told(test);
  g_assert_cmpint(thing_table_count(test->db), ==, 1); /* and writing goes on */
}

static void
test_member_undone(Case *test, gconstpointer data)
{
  Member members[] = {{.id = 1}, {.id = 2, .is_undone = TRUE}, {.id = 3}, {.id = 4, .is_undone = TRUE}};
  run_batch(test, members, G_N_ELEMENTS(members));
  g_assert_true(members[0].durable && members[2].durable);
  g_assert_cmpint(thing_table_count(test->db), ==, 2);
  assert_told(test, "thing 1");
  assert_told(test, "thing 3");
  assert_nothing_told(test);
}

static void
test_member_refused(Case *test, gconstpointer data)
{
  Member members[] = {{.id = 1}, {.id = 1}, {.id = 3}};
  run_batch(test, members, G_N_ELEMENTS(members));
  g_assert_true(members[0].durable && members[2].durable);
  g_assert_error(members[1].error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&members[1].error);
  g_assert_cmpint(thing_table_count(test->db), ==, 2);
}

/* Fault 9: what the members were told is what is there, whether or not the engine undid all of them. */
static void
test_member_too_large(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_autoptr(DbQuery) limit = db_query(transaction, &error, "PRAGMA max_page_count = 1", "");
  gboolean row;
  g_assert_true(db_next(limit, &row, &error));
  g_clear_pointer(&limit, db_query_free);
  g_clear_pointer(&transaction, db_transaction_free);
  Member members[] = {{.id = 1}, {.id = 2, .is_large = TRUE}, {.id = 3}};
  run_batch(test, members, G_N_ELEMENTS(members));
  g_assert_error(members[1].error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_clear_error(&members[1].error);
  g_assert_true(members[2].durable);
  g_assert_cmpint(thing_table_count(test->db), ==, members[0].durable ? 2 : 1);
  if (!members[0].durable)
    g_assert_error(members[0].error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_clear_error(&members[0].error);
}

static void
test_notices_in_order(Case *test, gconstpointer data)
{
  Member members[] = {{.id = 3}, {.id = 1}, {.id = 2}};
  run_batch(test, members, G_N_ELEMENTS(members));
  assert_told(test, "thing 3");
  assert_told(test, "thing 1");
  assert_told(test, "thing 2");
}

static void
test_notice_after_commit(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(db_notify(transaction, "thing", "early", &error));
  g_assert_true(db_notify(transaction, "thing", "early", &error)); /* told once */
  g_clear_pointer(&transaction, db_transaction_free);
  assert_nothing_told(test); /* it was undone */
  transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_true(db_notify(transaction, "thing", "a", &error) &&
                db_notify(transaction, "thing", "a", &error) && db_notify(transaction, "other", "", &error));
  g_assert_true(db_commit(transaction, &error));
  g_clear_pointer(&transaction, db_transaction_free);
  assert_told(test, "thing a");
  assert_told(test, "other ");
}

#define CROWD       16
#define CROWD_WRITE 20

static gpointer
run_crowd(gpointer data)
{
  Member *member = data;
  for (guint i = 0; i < CROWD_WRITE; i++) {
    Member one = {.db = member->db, .id = member->id * CROWD_WRITE + i, .is_undone = i % 5 == 4};
    run_thread(&one);
    g_assert_no_error(one.error);
  }
  return NULL;
}

static void
test_crowd(Case *test, gconstpointer data)
{
  Member members[CROWD] = {{.id = 0}};
  DbWriting writing;
  for (guint i = 0; i < CROWD; i++) {
    members[i] = (Member){.db = test->db, .id = i};
    members[i].thread = g_thread_new("member", run_crowd, &members[i]);
  }
  for (guint i = 0; i < CROWD; i++)
    g_thread_join(members[i].thread);
  g_assert_cmpint(thing_table_count(test->db), ==, CROWD * CROWD_WRITE * 4 / 5);
  db_writing(test->db, &writing);
  g_assert_cmpint(writing.waiting, ==, 0);
  g_assert_cmpint(writing.commits, <, writing.members);
}

static void
test_time(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->db, DB_READ, &error);
  if (db_engine(test->db) == DB_SQLITE) {
    g_assert_cmpint(db_now_us(transaction), ==, 1234567);
    g_assert_cmpint(db_clock_us(test->db), ==, 1234567);
  } else { /* the server's own, which is this machine's, and not the broker's */
    g_assert_cmpint(ABS(db_now_us(transaction) - g_get_real_time()), <, LIMIT_US);
    g_clear_pointer(&transaction, db_transaction_free);
    g_assert_cmpint(ABS(db_clock_us(test->db) - g_get_real_time()), <, LIMIT_US);
  }
  g_assert_true(db_available(test->db));
}

#define ADD(name, function) EMPTY_DATABASE_ADD("/db/group-commit/" name, Case, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("one", test_one_commit);
  ADD("fails", test_commit_fails);
  ADD("undone", test_member_undone);
  ADD("refused", test_member_refused);
  g_test_add("/sqlite/db/group-commit/too-large", Case, GINT_TO_POINTER(DB_SQLITE), set_up,
             test_member_too_large, tear_down);
  ADD("notices/order", test_notices_in_order);
  ADD("notices/after", test_notice_after_commit);
  ADD("crowd", test_crowd);
  ADD("time", test_time);
  return g_test_run();
}
