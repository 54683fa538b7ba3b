/* SPDX-License-Identifier: Apache-2.0 */
/* What a broker knows by heart is never older than what it did itself (fault 8, I2). */
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/away_case.h"

/* The database goes away before the notice of it comes: an ended session is not answered by heart. */
static void
test_what_ended_here_is_forgotten_at_once(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  db_listen(services->db, NULL, NULL);
  g_autoptr(Session) ended =
      session_control(services, test->alice, test->session->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  away_case_go_away(test);
  g_assert_null(service_fixture_connect(test->fixture, test->alice, "second", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/away-memory/ended-here", AwayCase, NULL, away_case_set_up,
             test_what_ended_here_is_forgotten_at_once, away_case_tear_down);
  return g_test_run();
}
