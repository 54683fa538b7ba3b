/* SPDX-License-Identifier: Apache-2.0 */
/* The way back of a database: what was kept is written, and what cannot be does not keep it shut. */
#include "broker/service/audit_log.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/services_private.h"
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
  g_assert_null(sign_in_begin(services, "alice", PASSWORD, ADDRESS, NULL));
  known_sessions_set_device(services->known_sessions, test->session->id, "bad");
  known_sessions_set_device(services->known_sessions, other->id, "good");
  g_assert_true(away_sign_outs_add(services->sign_outs, mallory, 1));
  g_assert_true(away_sign_outs_add(services->sign_outs, test->alice, 1));
  away_case_come_back(test);
  g_autoptr(Session) written = service_fixture_session(test->fixture, other->id);
  g_assert_cmpstr(written->device, ==, "good");
  g_autoptr(Session) unwritten = service_fixture_session(test->fixture, test->session->id);
  g_assert_cmpstr(unwritten->device, ==, test->alice->token_hash);
  g_assert_null(sign_in_check(services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_assert_cmpuint(count_audit(test, "sign-out"), ==, 1);
}

#define ADD(name, function)                                                                                  \
  g_test_add("/service/database-return/" name, AwayCase, NULL, away_case_set_up, function,                   \
             away_case_tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("unwritable", test_unwritable_rows_are_left_out);
  return g_test_run();
}
