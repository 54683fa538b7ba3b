/* SPDX-License-Identifier: Apache-2.0 */
/* The way back of a database: what was kept is written, and what cannot be does not keep it shut. */
#include "broker/db/db_fault.h"
#include "broker/service/audit_log.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/sign_in_store.h"
#include "tests/unit/service/away_case.h"

static guint
count_audit(AwayCase *test, const char *action)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) entries = audit_log_list(test->fixture->services, &page, NULL, &error);
  g_assert_no_error(error);
  guint count = 0;
  for (guint i = 0; i < entries->len; i++)
    count += g_str_equal(((AuditEntry *)g_ptr_array_index(entries, i))->action, action);
  return count;
}

/* Has the database take neither the device "bad" of a session nor what "mallory" did. */
static void
refuse_rows(AwayCase *test)
{
  static const char *const triggers[] = {
      "CREATE TRIGGER no_device BEFORE UPDATE ON session WHEN NEW.device = 'bad'"
      " BEGIN SELECT RAISE(ABORT, 'no such device'); END",
      "CREATE TRIGGER no_actor BEFORE INSERT ON audit WHEN NEW.actor = 'mallory'"
      " BEGIN SELECT RAISE(ABORT, 'no such actor'); END"};
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(test->fixture->services->db, DB_WRITE, &error);
  for (guint i = 0; i < G_N_ELEMENTS(triggers); i++)
    g_assert_cmpint(db_run(transaction, &error, triggers[i], ""), >=, 0);
  g_assert_true(db_commit(transaction, &error));
  g_assert_no_error(error);
}

/* A row that can never be written does not keep the database shut, nor the others from being written. */
static void
test_unwritable_rows_are_left_out(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  g_autoptr(Caller) mallory = caller_new("m", "mallory", FALSE, ADDRESS, "token-of-mallory");
  g_autoptr(Caller) bob = service_fixture_user(test->fixture, "bob");
  g_autoptr(Session) other = service_fixture_connect(test->fixture, bob, NULL, &error);
  g_assert_no_error(error);
  service_fixture_settle(test->fixture);
  refuse_rows(test);
  away_case_go_away(test);
  g_assert_null(sign_in_begin(services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, NULL));
  known_sessions_set_device(services->known_sessions, test->session->id, "bad");
  known_sessions_set_device(services->known_sessions, other->id, "good");
  g_assert_true(away_sign_outs_add(services->sign_outs, mallory, 1));
  g_assert_true(away_sign_outs_add(services->sign_outs, test->alice, 1));
  away_case_come_back(test);
  g_autoptr(Session) written = service_fixture_session(test->fixture, other->id);
  g_assert_cmpstr(written->device, ==, "good");
  g_autoptr(Session) unwritten = service_fixture_session(test->fixture, test->session->id);
  g_assert_cmpstr(unwritten->device, ==, ""); /* its own row was written: alice signed out */
  g_assert_null(sign_in_check(services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_assert_cmpuint(count_audit(test, "sign-out"), ==, 1);
}

/* As another broker does it: nothing but the row and the notice reaches this one. */
static void
sign_out_elsewhere(AwayCase *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_WRITE, &error);
  g_assert_true(sign_in_store_remove(work->transaction, test->alice->token_hash, &error));
  work_notify(work, CHANGE_SIGN_IN, test->alice->user_id);
  g_assert_true(work_commit(work, &error));
  service_fixture_catch_up(test->fixture);
}

static void
redeem(AwayCase *test, const ConsoleAccess *access, gboolean is_good)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *grant =
      console_access_redeem(test->fixture->services, access->password, "relay", FIXTURE_HOST, &error);
  g_assert_cmpint(grant != NULL, ==, is_good);
  if (!is_good)
    away_case_assert_code(error, CARAWAY_ERROR_GRANT_INVALID);
}

/* A password of an outage is nobody's any more when its sign-in ended at whichever broker. */
static void
test_password_ends_with_its_sign_in(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  away_case_go_away(test);
  g_autoptr(ConsoleAccess) first =
      console_access_create(services, test->alice, test->session->id, VIEWER_VV, FALSE, &error);
  g_autoptr(ConsoleAccess) second =
      console_access_create(services, test->alice, test->session->id, VIEWER_VV, FALSE, &error);
  g_assert_no_error(error);
  away_case_come_back(test);
  redeem(test, first, TRUE);
  sign_out_elsewhere(test);
  redeem(test, second, FALSE);
}

/* It ended while this broker heard nothing. */
static void
test_password_of_a_missed_sign_out(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  away_case_go_away(test);
  g_autoptr(ConsoleAccess) access = console_access_create(test->fixture->services, test->alice,
                                                          test->session->id, VIEWER_VV, FALSE, &error);
  g_assert_no_error(error);
  db_set_fault(test->fixture->services->db, NULL, NULL);
  g_autoptr(DbTransaction) transaction = db_begin(test->fixture->services->db, DB_WRITE, &error);
  g_assert_true(sign_in_store_remove(transaction, test->alice->token_hash, &error));
  g_assert_true(db_commit(transaction, &error));
  away_case_come_back(test);
  redeem(test, access, FALSE);
}

#define ADD(name, function)                                                                                  \
  g_test_add("/service/database-return/" name, AwayCase, NULL, away_case_set_up, function,                   \
             away_case_tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("unwritable", test_unwritable_rows_are_left_out);
  ADD("password/signed-out", test_password_ends_with_its_sign_in);
  ADD("password/missed", test_password_of_a_missed_sign_out);
  return g_test_run();
}
