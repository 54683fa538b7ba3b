/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_retention.h"
#include "broker/service/audit/audit_sealing.h"
#include "broker/service/audit/audit_verification.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/audit_seal_store.h"
#include "tests/unit/service/service_fixture.h"

typedef struct {
  ServiceFixture *fixture;
  GrantKey *key;
} Case;

static void
give_key(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(services_set_audit_key(test->fixture->services, test->key, &error));
  g_assert_no_error(error);
}

static void
set_up(Case *test, gconstpointer data)
{
  test->fixture = service_fixture_new();
  test->key = grant_key_new("b1-audit");
  give_key(test);
}

static void
tear_down(Case *test, gconstpointer data)
{
  service_fixture_free(test->fixture);
  grant_key_free(test->key);
}

static void
add_rows(Case *test, guint count)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_WRITE, &error);
  for (guint i = 0; i < count; i++)
    g_assert_true(work_audit(work, test->fixture->admin, "pool.change", "pool", "office", "", &error));
  g_assert_true(work_commit(work, &error));
  g_assert_no_error(error);
}

static void
seal(Case *test)
{
  g_autoptr(GError) error = NULL;
  gboolean more = TRUE;
  while (more)
    g_assert_true(audit_sealing_run(test->fixture->services, &more, &error));
  g_assert_no_error(error);
}

/* What a database administrator does who first takes the guards away. */
static void
tamper(Case *test, const char *sql)
{
  static const char *const guards[] = {
      "DROP TRIGGER IF EXISTS audit_no_update",           "DROP TRIGGER IF EXISTS audit_no_delete",
      "DROP TRIGGER IF EXISTS audit_seal_no_update",      "DROP TRIGGER IF EXISTS audit_seal_no_delete",
      "DROP TRIGGER IF EXISTS audit_key_no_update",       "DROP TRIGGER IF EXISTS audit_key_no_delete",
      "DROP TRIGGER IF EXISTS audit_checkpoint_no_delete"};
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->fixture->services->db, DB_WRITE, &error);
  for (guint i = 0; i < G_N_ELEMENTS(guards); i++)
    g_assert_cmpint(db_run(transaction, &error, guards[i], ""), >=, 0);
  g_assert_cmpint(db_run(transaction, &error, sql, ""), >, 0);
  g_assert_true(db_commit(transaction, &error));
  g_assert_no_error(error);
}

static AuditReport *
verify(Case *test)
{
  g_autoptr(GError) error = NULL;
  AuditReport *report = audit_verification_run(test->fixture->services, NULL, &error);
  g_assert_no_error(error);
  return report;
}

static void
assert_broken(Case *test, const char *broker, gint64 number, const char *reason)
{
  g_autoptr(AuditReport) report = verify(test);
  g_assert_nonnull(report->broken.reason);
  g_assert_cmpstr(report->broken.broker, ==, broker);
  g_assert_cmpint(report->broken.seal, ==, number);
  if (strstr(report->broken.reason, reason) == NULL)
    g_error("“%s” is not in “%s”", reason, report->broken.reason);
}

static gint64
read_number(Case *test, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->fixture->services->db, DB_READ, &error);
  g_autoptr(DbQuery) query = db_query(transaction, &error, sql, "");
  gboolean has_row = FALSE;
  g_assert_true(db_next(query, &has_row, &error));
  g_assert_no_error(error);
  return has_row ? db_int(query, 0) : -1;
}

static void
test_sealed_and_unbroken(Case *test, gconstpointer data)
{
  add_rows(test, 5);
  g_autoptr(AuditReport) before = verify(test);
  const AuditChainReport *chain = g_ptr_array_index(before->chains, 0);
  g_assert_cmpint(chain->progress.unsealed, ==, 5);
  seal(test);
  add_rows(test, 1);
  seal(test);
  seal(test); /* nothing new: no seal */
  g_autoptr(AuditReport) report = verify(test);
  g_assert_null(report->broken.reason);
  g_assert_cmpuint(report->chains->len, ==, 1);
  chain = g_ptr_array_index(report->chains, 0);
  g_assert_cmpstr(chain->broker, ==, "b1");
  g_assert_cmpint(chain->progress.rows, ==, 6);
  g_assert_cmpint(chain->progress.seals, ==, 2);
  g_assert_cmpint(chain->progress.unsealed, ==, 0);
}

static void
test_what_an_administrator_of_the_database_does_is_found(Case *test, gconstpointer data)
{
  static const struct {
    const char *sql;
    gint64 seal;
    const char *reason;
  } rows[] = {
      {"UPDATE audit SET actor = 'nobody' WHERE id = (SELECT MIN(id) + 4 FROM audit)", 2,
       "changed or replaced"},
      {"UPDATE audit SET succeeded = 0 WHERE id = (SELECT MAX(id) FROM audit)", 3, "changed or replaced"},
      {"DELETE FROM audit WHERE id = (SELECT MIN(id) + 4 FROM audit)", 2, "is missing"},
      {"DELETE FROM audit WHERE id = (SELECT MIN(id) FROM audit)", 1, "is missing"},
      {"DELETE FROM audit", 1, "is missing"},
      {"UPDATE audit SET broker = 'b9' WHERE id = (SELECT MIN(id) + 1 FROM audit)", 1, "is missing"},
      {"DELETE FROM audit_seal WHERE number = 2", 3, "Seals are missing"},
      {"DELETE FROM audit_seal WHERE number = 1", 2, "Seals are missing"},
      {"UPDATE audit_seal SET hash = previous WHERE number = 2", 2, "not signed"},
      {"UPDATE audit_seal SET signature = (SELECT signature FROM audit_seal s WHERE s.number = 1) WHERE "
       "number = 2",
       2, "not signed"},
      {"UPDATE audit_seal SET time_us = time_us + 1 WHERE number = 2", 2, "The seal itself was changed"},
      {"UPDATE audit_seal SET witnesses = 'b2 1 00' WHERE number = 2", 2, "The seal itself was changed"},
      {"UPDATE audit_seal SET last_id = last_id - 1, row_count = row_count - 1 WHERE number = 3", 3, ""},
      {"DELETE FROM audit_key", 1, "not signed"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Case one;
    set_up(&one, NULL);
    for (guint round = 0; round < 3; round++) {
      add_rows(&one, 3);
      seal(&one);
    }
    g_autoptr(AuditReport) report = verify(&one);
    g_assert_null(report->broken.reason);
    tamper(&one, rows[i].sql);
    assert_broken(&one, "b1", rows[i].seal, rows[i].reason);
    tear_down(&one, NULL);
  }
}

/* Ids are never given twice, so there is room between them after something was undone. */
static void
test_an_inserted_row_is_found(Case *test, gconstpointer data)
{
  add_rows(test, 2);
  tamper(test,
         "INSERT INTO audit (id, time_us, actor, action, object, succeeded, code, detail, address, broker)"
         " SELECT MAX(id) + 10, 0, 'a', 'b', 'c', 1, '', '', '', 'b1' FROM audit");
  seal(test);
  g_autoptr(AuditReport) report = verify(test);
  g_assert_null(report->broken.reason); /* it came before the seal: see docs/audit.md */
  tamper(test,
         "INSERT INTO audit (id, time_us, actor, action, object, succeeded, code, detail, address, broker)"
         " SELECT MAX(id) - 5, 0, 'a', 'b', 'c', 1, '', '', '', 'b1' FROM audit");
  assert_broken(test, "b1", 1, "put in after");
}

static void
test_the_database_refuses_plain_changes(Case *test, gconstpointer data)
{
  static const char *const sql[] = {
      "UPDATE audit SET actor = 'x'", "DELETE FROM audit",     "UPDATE audit_seal SET time_us = 0",
      "DELETE FROM audit_seal",       "DELETE FROM audit_key", "UPDATE audit_key SET broker = 'x'",
  };
  add_rows(test, 1);
  seal(test);
  for (guint i = 0; i < G_N_ELEMENTS(sql); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(DbTransaction) transaction = db_begin(test->fixture->services->db, DB_WRITE, &error);
    g_assert_cmpint(db_run(transaction, &error, sql[i], ""), ==, -1);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  }
}

/* Rows that a broker left, and those of before there were seals, are sealed by the keeper in their chains. */
static void
test_rows_of_others(Case *test, gconstpointer data)
{
  db_set_writer(test->fixture->services->db, "b2");
  add_rows(test, 3);
  db_set_writer(test->fixture->services->db, "b1");
  add_rows(test, 1);
  seal(test);
  g_assert_cmpint(read_number(test, "SELECT COUNT(*) FROM audit_seal WHERE broker = 'b2'"), ==, 0);
  fake_clock_advance(&test->fixture->clock, 11 * SECOND_US);
  seal(test);
  g_assert_cmpint(
      read_number(test, "SELECT COUNT(*) FROM audit_seal WHERE broker = 'b2' AND sealed_by = 'b1'"), ==, 1);
  add_rows(test, 1);
  seal(test); /* and has seen b2's */
  g_autoptr(AuditReport) report = verify(test);
  g_assert_null(report->broken.reason);
  g_assert_cmpuint(report->chains->len, ==, 2);
  tamper(test, "DELETE FROM audit WHERE broker = 'b2'");
  tamper(test, "DELETE FROM audit_seal WHERE broker = 'b2'");
  assert_broken(test, "b2", 1, "The end was cut off: the chain of b1");
}

static void
test_goes_on_after_a_restart(Case *test, gconstpointer data)
{
  add_rows(test, 2);
  seal(test);
  add_rows(test, 2); /* not sealed when the broker dies */
  service_fixture_restart(test->fixture);
  give_key(test);
  seal(test);
  g_autoptr(AuditReport) report = verify(test);
  g_assert_null(report->broken.reason);
  const AuditChainReport *chain = g_ptr_array_index(report->chains, 0);
  g_assert_cmpint(chain->progress.rows, ==, 4);
  g_assert_cmpint(chain->progress.unsealed, ==, 0);
}

static void
test_retention_leaves_a_checkpoint(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add_rows(test, 3);
  seal(test);
  test->fixture->services->audit_keep_us = 100 * SECOND_US;
  fake_clock_advance(&test->fixture->clock, 60 * SECOND_US);
  add_rows(test, 2);
  seal(test);
  fake_clock_advance(&test->fixture->clock, 60 * SECOND_US);
  add_rows(test, 1); /* not sealed: never trimmed */
  g_assert_true(audit_retention_run(test->fixture->services, &error));
  g_assert_no_error(error);
  g_assert_cmpint(read_number(test, "SELECT COUNT(*) FROM audit WHERE action = 'pool.change'"), ==, 3);
  g_assert_cmpint(read_number(test, "SELECT COUNT(*) FROM audit WHERE action = 'audit.trim'"), ==, 1);
  seal(test);
  g_autoptr(AuditReport) report = verify(test);
  g_assert_null(report->broken.reason);
  const AuditChainReport *chain = g_ptr_array_index(report->chains, 0);
  g_assert_cmpint(chain->trimmed_rows, ==, 3);
  g_assert_cmpint(chain->progress.rows, ==, 4);
  fake_clock_advance(&test->fixture->clock, 1000 * SECOND_US); /* all of it goes, and the chain goes on */
  g_assert_true(audit_retention_run(test->fixture->services, &error));
  g_assert_no_error(error);
  seal(test);
  g_autoptr(AuditReport) later = verify(test);
  g_assert_null(later->broken.reason);
  tamper(test, "UPDATE audit_checkpoint SET number = number + 1, last_row = last_row + 1");
  assert_broken(test, "b1", read_number(test, "SELECT number FROM audit_checkpoint"), "not signed");
}

static void
assert_kept(Case *test, gint64 count)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(audit_retention_run(test->fixture->services, &error));
  g_assert_no_error(error);
  g_assert_cmpint(read_number(test, "SELECT COUNT(*) FROM audit WHERE action = 'pool.change'"), ==, count);
}

/* A seal that was made under a clock that was wrong backwards makes nothing old that came before it. */
static void
test_retention_does_not_trust_one_seal(Case *test, gconstpointer data)
{
  test->fixture->services->audit_keep_us = 100 * SECOND_US;
  for (guint i = 0; i < 3; i++) {
    add_rows(test, 1);
    fake_clock_advance(&test->fixture->clock, 10 * SECOND_US);
    seal(test);
  }
  tamper(test, "UPDATE audit_seal SET time_us = 0 WHERE number = 3");
  assert_kept(test, 3);
}

/* Nor does a clock that was set forward, for as long as it is not known to be right. */
static void
test_retention_waits_for_time_that_passed(Case *test, gconstpointer data)
{
  Services *services = test->fixture->services;
  services->audit_keep_us = 100 * SECOND_US;
  add_rows(test, 1);
  seal(test);
  fake_clock_advance(&test->fixture->clock, 1000 * SECOND_US);
  services->clock_forward_us = 990 * SECOND_US;
  assert_kept(test, 1);
  services->clock_forward_us = 0;
  assert_kept(test, 0);
}

/* Parts are bounded, and go on where the last one ended. */
static void
test_in_parts(Case *test, gconstpointer data)
{
  for (guint i = 0; i < 21; i++)
    add_rows(test, 1000);
  add_rows(test, 1);
  seal(test);
  g_autoptr(GError) error = NULL;
  g_autoptr(AuditReport) first = verify(test);
  g_assert_null(first->broken.reason);
  g_assert_nonnull(first->next);
  g_autoptr(AuditReport) rest = audit_verification_run(test->fixture->services, first->next, &error);
  g_assert_no_error(error);
  g_assert_null(rest->next);
  g_assert_cmpint(((AuditChainReport *)g_ptr_array_index(first->chains, 0))->progress.rows +
                      ((AuditChainReport *)g_ptr_array_index(rest->chains, 0))->progress.rows,
                  ==, 21001);
  tamper(test, "UPDATE audit SET actor = 'x' WHERE id = (SELECT MAX(id) FROM audit)");
  g_autoptr(AuditReport) broken = audit_verification_run(test->fixture->services, first->next, &error);
  g_assert_nonnull(broken->broken.reason);
  g_assert_null(audit_verification_run(test->fixture->services, "nonsense", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

#define ADD(name, function) g_test_add("/audit-seals/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("sealed-and-unbroken", test_sealed_and_unbroken);
  ADD("what-an-administrator-of-the-database-does-is-found",
      test_what_an_administrator_of_the_database_does_is_found);
  ADD("an-inserted-row-is-found", test_an_inserted_row_is_found);
  ADD("the-database-refuses-plain-changes", test_the_database_refuses_plain_changes);
  ADD("rows-of-others", test_rows_of_others);
  ADD("goes-on-after-a-restart", test_goes_on_after_a_restart);
  ADD("retention-leaves-a-checkpoint", test_retention_leaves_a_checkpoint);
  ADD("retention-does-not-trust-one-seal", test_retention_does_not_trust_one_seal);
  ADD("retention-waits-for-time-that-passed", test_retention_waits_for_time_that_passed);
  ADD("in-parts", test_in_parts);
  return g_test_run();
}
