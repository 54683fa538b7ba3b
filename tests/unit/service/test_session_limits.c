/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of sessions with a clock that the test turns; a step of the wall clock ends nothing. */
#include "tests/unit/service/service_fixture.h"

#include <string.h>

typedef struct {
  ServiceFixture *fixture;
  Caller *alice;
  Session *session;
} Case;

static void
begin(Case *test, const PoolSettings *settings)
{
  g_autoptr(GError) error = NULL;
  test->fixture = service_fixture_new();
  PoolSettings all = *settings;
  all.size = 2;
  all.spares = 1;
  service_fixture_pool_of(test->fixture, &all);
  service_fixture_settle(test->fixture);
  test->alice = service_fixture_user(test->fixture, "alice");
  test->session = service_fixture_connect(test->fixture, test->alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_console(test->fixture, test->session, TRUE);
  service_fixture_settle(test->fixture);
}

static void
end(Case *test)
{
  session_free(test->session);
  caller_free(test->alice);
  service_fixture_free(test->fixture);
}

/* So many seconds go by; the host tells that its desktop has been idle for @idle_s by then. */
static void
pass(Case *test, gint64 seconds, gint64 idle_s)
{
  fake_clock_advance(&test->fixture->clock, seconds * G_USEC_PER_SEC);
  if (idle_s >= -1)
    service_fixture_idle(test->fixture, test->session->desktop_id, idle_s);
  service_fixture_settle(test->fixture);
}

#define SILENT (-2)

static Session *
now(const Case *test)
{
  return service_fixture_session(test->fixture, test->session->id);
}

static guint
times_told(const Case *test)
{
  guint times = 0;
  for (const char *at = test->fixture->told->str; (at = strchr(at, '\n')) != NULL; at++)
    times++;
  return times;
}

#define SECOND_US ((gint64)G_USEC_PER_SEC)

static void
expect_notice(const Session *session, const char *code, const char *action, gint64 until_us)
{
  SessionNotice notice = session_notice(session);
  g_assert_cmpstr(notice.code, ==, code);
  g_assert_cmpstr(notice.action, ==, action);
  g_assert_cmpint(notice.until_us, ==, until_us);
}

static void
test_longest_session(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.session_limit_s = 3600;
  settings.warning_s = 300;
  begin(&test, &settings);
  pass(&test, 3200, SILENT);
  g_assert_cmpuint(times_told(&test), ==, 0);
  pass(&test, 100, SILENT);
  g_assert_cmpuint(times_told(&test), ==, 1);
  g_autoptr(Session) warned = now(&test);
  g_assert_nonnull(strstr(warned->notice, "ends in 5 minutes"));
  g_assert_true(g_strv_contains((const char *const *)warned->reasons, warned->notice));
  expect_notice(warned, "session-limit", "logoff", test.fixture->clock.wall_us + 300 * SECOND_US);
  pass(&test, 200, SILENT);
  g_assert_cmpuint(times_told(&test), ==, 1);
  pass(&test, 100, SILENT);
  g_autoptr(Session) ended = now(&test);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_nonnull(strstr(ended->reasons[0], "lasted 60 minutes"));
  g_assert_false(g_hash_table_contains(test.fixture->alive, test.session->desktop_id));
  end(&test);
}

/* Whoever comes back finds a desktop that has been idle for long: that was not them. */
static void
test_back_after_a_break(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.idle_limit_s = 600;
  settings.warning_s = 0;
  begin(&test, &settings);
  service_fixture_console(test.fixture, test.session, FALSE);
  pass(&test, 5000, 5000);
  service_fixture_console(test.fixture, test.session, TRUE);
  pass(&test, 5, 5005);
  g_autoptr(Session) back = now(&test);
  g_assert_cmpint(back->state, ==, SESSION_CONNECTED);
  g_assert_cmpstr(back->device, !=, "");
  pass(&test, 594, 5599);
  g_autoptr(Session) still = now(&test);
  g_assert_cmpstr(still->device, !=, "");
  pass(&test, 1, 5600);
  g_autoptr(Session) cut = now(&test);
  g_assert_cmpstr(cut->device, ==, "");
  g_assert_nonnull(strstr(cut->notice, "for 10 minutes"));
  end(&test);
}

static void
test_idle(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.idle_limit_s = 600;
  settings.warning_s = 60;
  begin(&test, &settings);
  pass(&test, 500, 3); /* somebody works */
  pass(&test, 530, 530);
  g_assert_cmpuint(times_told(&test), ==, 0);
  pass(&test, 10, 540);
  g_assert_cmpuint(times_told(&test), ==, 1);
  g_autoptr(Session) warned = now(&test);
  expect_notice(warned, "idle-limit", "disconnect", test.fixture->clock.wall_us + 60 * SECOND_US);
  pass(&test, 20, 1); /* moved: it is taken back */
  g_autoptr(Session) moved = now(&test);
  g_assert_null(moved->notice);
  expect_notice(moved, NULL, NULL, 0);
  g_assert_cmpint(moved->state, ==, SESSION_CONNECTED);
  pass(&test, 540, 541);
  g_assert_cmpuint(times_told(&test), ==, 2);
  pass(&test, 60, SILENT); /* nothing was told meanwhile: it rests since then */
  g_autoptr(Session) cut = now(&test);
  g_assert_cmpstr(cut->device, ==, "");
  g_assert_nonnull(strstr(cut->notice, "Nobody used the desktop for 10 minutes"));
  expect_notice(cut, "idle-disconnected", NULL, 0);
  service_fixture_console(test.fixture, test.session, FALSE);
  service_fixture_settle(test.fixture);
  g_autoptr(Session) left = now(&test);
  g_assert_cmpint(left->state, ==, SESSION_DISCONNECTED);
  end(&test);
}

static void
test_idle_not_known(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.idle_limit_s = 600;
  begin(&test, &settings);
  pass(&test, 10, -1);
  pass(&test, 5000, SILENT);
  g_autoptr(Session) still = now(&test);
  g_assert_cmpint(still->state, ==, SESSION_CONNECTED);
  g_assert_cmpuint(times_told(&test), ==, 0);
  end(&test);
}

static void
test_left(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.on_disconnect = "logoff";
  settings.on_disconnect_delay_s = 300;
  begin(&test, &settings);
  pass(&test, 5000, SILENT);
  service_fixture_console(test.fixture, test.session, FALSE);
  pass(&test, 299, SILENT);
  service_fixture_console(test.fixture, test.session, TRUE); /* back in time */
  service_fixture_console(test.fixture, test.session, FALSE);
  pass(&test, 299, SILENT);
  g_autoptr(Session) waiting = now(&test);
  g_assert_cmpint(waiting->state, ==, SESSION_DISCONNECTED);
  pass(&test, 1, SILENT);
  g_autoptr(Session) ended = now(&test);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_nonnull(strstr(ended->reasons[0], "left for 5 minutes"));
  end(&test);
}

static guint
count_locks(Case *test)
{
  guint locks = 0;
  for (guint i = 0; i < service_fixture_commands(test->fixture); i++)
    locks += service_fixture_command(test->fixture, i)->kind == HOST_COMMAND_LOCK;
  return locks;
}

static void
test_locked_once(void)
{
  Case test;
  g_autoptr(GError) error = NULL;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.on_disconnect = "lock";
  begin(&test, &settings);
  service_fixture_console(test.fixture, test.session, FALSE);
  for (guint i = 0; i < 3; i++) {
    fake_clock_advance(&test.fixture->clock, 60 * G_USEC_PER_SEC);
    g_assert_true(services_tick(test.fixture->services, &error));
  }
  g_assert_cmpuint(count_locks(&test), ==, 1);
  end(&test);
}

static void
test_shut_down(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.kind = "dedicated";
  settings.on_disconnect = "shutdown";
  settings.on_disconnect_delay_s = 60;
  begin(&test, &settings);
  service_fixture_console(test.fixture, test.session, FALSE);
  pass(&test, 60, SILENT);
  g_autoptr(Session) ended = now(&test);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_autoptr(Desktop) desktop = service_fixture_desktop(test.fixture, test.session->desktop_id);
  g_assert_cmpint(desktop->power, ==, POWER_OFF);
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  end(&test);
}

/* Row 14: the wall clock steps by an hour, forth and back, and nothing ends or goes on for ever. */
static void
test_clock_steps(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.session_limit_s = 3600;
  settings.warning_s = 60;
  begin(&test, &settings);
  pass(&test, 60, SILENT);
  test.fixture->clock.wall_us += 3600 * (gint64)G_USEC_PER_SEC;
  pass(&test, 60, SILENT);
  test.fixture->clock.wall_us -= 2 * 3600 * (gint64)G_USEC_PER_SEC;
  pass(&test, 60, SILENT);
  g_assert_cmpuint(times_told(&test), ==, 0);
  g_autoptr(Session) still = now(&test);
  g_assert_cmpint(still->state, ==, SESSION_CONNECTED);
  pass(&test, 3420, SILENT);
  pass(&test, 60, SILENT);
  g_autoptr(Session) ended = now(&test);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpuint(times_told(&test), ==, 1);
  end(&test);
}

/* A limit that came later leaves everybody the whole warning. */
static void
test_limit_comes_later(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  begin(&test, &settings);
  pass(&test, 7200, SILENT);
  settings.session_limit_s = 3600;
  settings.warning_s = 120;
  service_fixture_change_pool(test.fixture, &settings);
  pass(&test, 1, SILENT);
  g_assert_cmpuint(times_told(&test), ==, 1);
  pass(&test, 100, SILENT);
  g_autoptr(Session) warned = now(&test);
  g_assert_cmpint(warned->state, ==, SESSION_CONNECTED);
  pass(&test, 20, SILENT);
  g_autoptr(Session) ended = now(&test);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  end(&test);
}

/* Both at once: what is said of the end stays, also when somebody moves, and until it is put off. */
static void
test_idle_near_the_end(void)
{
  Case test;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.idle_limit_s = 600;
  settings.session_limit_s = 3600;
  settings.warning_s = 300;
  begin(&test, &settings);
  pass(&test, 3300, 5);
  gint64 end_us = test.fixture->clock.wall_us + 300 * SECOND_US;
  pass(&test, 10, 310);
  g_assert_cmpuint(times_told(&test), ==, 2);
  g_autoptr(Session) both = now(&test);
  g_assert_nonnull(strstr(both->notice, "Yours ends in"));
  expect_notice(both, "session-limit", "logoff", end_us);
  pass(&test, 10, 1);
  g_autoptr(Session) moved = now(&test);
  expect_notice(moved, "session-limit", "logoff", end_us);
  settings.session_limit_s = 7200;
  service_fixture_change_pool(test.fixture, &settings);
  pass(&test, 1, 1);
  g_autoptr(Session) longer = now(&test);
  g_assert_null(longer->notice);
  pass(&test, 3579, 1);
  g_assert_cmpuint(times_told(&test), ==, 3);
  g_autoptr(Session) again = now(&test);
  expect_notice(again, "session-limit", "logoff", test.fixture->clock.wall_us + 300 * SECOND_US);
  end(&test);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session-limits/longest-session", test_longest_session);
  g_test_add_func("/session-limits/idle", test_idle);
  g_test_add_func("/session-limits/back-after-a-break", test_back_after_a_break);
  g_test_add_func("/session-limits/idle-near-the-end", test_idle_near_the_end);
  g_test_add_func("/session-limits/idle-not-known", test_idle_not_known);
  g_test_add_func("/session-limits/left", test_left);
  g_test_add_func("/session-limits/locked-once", test_locked_once);
  g_test_add_func("/session-limits/shut-down", test_shut_down);
  g_test_add_func("/session-limits/clock-steps", test_clock_steps);
  g_test_add_func("/session-limits/limit-comes-later", test_limit_comes_later);
  return g_test_run();
}
