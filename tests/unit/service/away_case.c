/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/service/away_case.h"

#include "broker/db/db_fault.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "common/base/secret.h"

static gboolean
fail(DbStep step, DbMode mode, gpointer data, GError **error)
{
  AwayCase *test = data;
  gboolean is_bad = mode == DB_READ ? test->reads_fail : test->writes_fail;
  if (step == DB_STEP_BEGIN && is_bad)
    test->attempts++;
  if (step == DB_STEP_COMMITTED ? !test->answers_are_lost : !is_bad || test->answers_are_lost)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, (int)test->code, "The test took it away.");
  return FALSE;
}

static AwayCase *current; /* the sender has no place for it */

static void
renew(HostSender *sender)
{
  current->renewals++;
}

static void
sign_alice_in(AwayCase *test)
{
  g_autoptr(GError) error = NULL;
  const NewUser alice = {.name = "alice", .full_name = "Alice", .password = PASSWORD};
  g_autoptr(User) user = user_admin_create(test->fixture->services, test->fixture->admin, &alice, &error);
  g_assert_no_error(error);
  g_assert_true(pool_admin_entitle(test->fixture->services, test->fixture->admin, "office", ENTITLEMENT_USER,
                                   "alice", &error));
  g_autoptr(SignIn) sign_in =
      sign_in_begin(test->fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
  test->token = g_strdup(sign_in->token);
  test->alice = sign_in_check(test->fixture->services, test->token, ADDRESS, &error);
  g_assert_no_error(error);
}

void
away_case_set_up(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  test->code = CARAWAY_ERROR_DATABASE;
  test->fixture = service_fixture_new();
  service_fixture_pool(test->fixture, 3, 1);
  service_fixture_settle(test->fixture);
  sign_alice_in(test);
  test->session = service_fixture_connect(test->fixture, test->alice, "first", &error);
  g_assert_no_error(error);
  service_fixture_settle(test->fixture);
  current = test;
  test->fixture->sender.renew = renew;
  db_set_fault(test->fixture->services->db, fail, test);
}

void
away_case_tear_down(AwayCase *test, gconstpointer data)
{
  db_set_fault(test->fixture->services->db, NULL, NULL);
  session_free(test->session);
  caller_free(test->alice);
  secret_free(test->token);
  service_fixture_free(test->fixture);
}

void
away_case_go_away(AwayCase *test)
{
  test->reads_fail = test->writes_fail = TRUE;
}

void
away_case_come_back(AwayCase *test)
{
  test->reads_fail = test->writes_fail = test->answers_are_lost = FALSE;
  fake_clock_advance(&test->fixture->clock, 10 * SECOND);
  service_fixture_settle(test->fixture);
  g_autofree char *degraded = services_degraded(test->fixture->services);
  g_assert_cmpstr(degraded, ==, NULL);
}

void
away_case_assert_code(const GError *error, CarawayErrorCode code)
{
  g_assert_nonnull(error);
  g_assert_cmpstr(error_stable_name(error), ==, error_code_name((int)code));
}

void
away_case_assert_away(GError *problem)
{
  g_autoptr(GError) error = problem;
  away_case_assert_code(error, CARAWAY_ERROR_DATABASE_AWAY);
  g_assert_nonnull(strstr(error->message, "come back to desktops of their own"));
  g_assert_cmpstr(error_get_reasons(error)[0], ==, "The test took it away.");
}
