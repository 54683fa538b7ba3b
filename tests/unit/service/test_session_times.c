/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_times.h"

#define S(seconds) ((gint64)(seconds)*G_USEC_PER_SEC)

static void
test_steps_do_not_matter(void)
{
  SessionTimes *times = session_times_new();
  session_times_begin(times, S(10), S(1000));
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_BEGUN, S(900)), ==, S(100));
  session_times_end(times);
  session_times_begin(times, S(20), S(90000)); /* the clock was set */
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_BEGUN, S(900)), ==, S(110));
  /* It was left since the look before, whatever the clock says. */
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_CONSOLE, S(1005)), ==, S(10));
  session_times_end(times);
  session_times_begin(times, S(30), S(5));
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_CONSOLE, S(1005)), ==, S(20));
  session_times_free(times);
}

static void
test_new_sessions_take_the_clock(void)
{
  SessionTimes *times = session_times_new();
  session_times_begin(times, S(10), S(1000));
  session_times_end(times);
  session_times_begin(times, S(20), S(1010));
  g_assert_cmpint(session_times_since(times, "old", SESSION_TIME_BEGUN, S(10)), ==, S(1000));
  g_assert_cmpint(session_times_since(times, "future", SESSION_TIME_BEGUN, S(2000)), ==, 0);
  session_times_free(times);
}

static void
test_forgets(void)
{
  SessionTimes *times = session_times_new();
  session_times_begin(times, S(10), S(1000));
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_IDLE, S(990)), ==, S(10));
  session_times_end(times);
  session_times_begin(times, S(20), S(1010));
  session_times_end(times); /* nobody asked about it */
  session_times_begin(times, S(30), S(5000));
  g_assert_cmpint(session_times_since(times, "a", SESSION_TIME_IDLE, S(990)), ==, S(4010));
  session_times_free(times);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session-times/steps-do-not-matter", test_steps_do_not_matter);
  g_test_add_func("/session-times/new-sessions-take-the-clock", test_new_sessions_take_the_clock);
  g_test_add_func("/session-times/forgets", test_forgets);
  return g_test_run();
}
