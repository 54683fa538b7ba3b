/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that die, fail and come back, and a broker that does; the numbers are those of the list of faults. */
#include "broker/service/hosts/host_events.h"

#include "broker/service/hosts/host_registry.h"
#include "broker/service/hosts/host_removal.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"

/* Fault 4: QEMU dies while it is assigned. */
static void
test_died_desktop_gives_another(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  const HostDesktopGone gone = {.id = session->desktop_id, .reason = "QEMU was killed"};
  g_hash_table_remove(fixture->alive, session->desktop_id);
  g_assert_true(host_events_desktop_gone(fixture->services, FIXTURE_HOST, fixture->term, &gone, &error));
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpstr(ended->end_code, ==, "hypervisor-failed");
  g_assert_nonnull(ended->reasons);
  g_autoptr(Session) again = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpint(again->state, ==, SESSION_READY);
  service_fixture_check_invariants(fixture, 3);
}

/* Fault 11: a host that is only cut off keeps what it runs; nobody gets a second run of the same desktop. */
static void
test_lost_host(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  service_fixture_host_silent(fixture);
  g_autoptr(Session) soon = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(soon);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE);
  g_clear_error(&error);
  fake_clock_advance(&fixture->clock, 90 * (gint64)G_USEC_PER_SEC);
  g_autoptr(Session) later = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(later);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE);
  g_clear_error(&error);
  service_fixture_host_hello(fixture);
  g_autoptr(Session) back = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(back->desktop_id, ==, session->desktop_id);
}

static HostState
host_state(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(services_tick(fixture->services, &error));
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_no_error(error);
  return host->state;
}

/* Fault 14: nobody loses a desktop because somebody set the clock. */
static void
test_silence_is_not_measured_by_the_wall_clock(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  service_fixture_host_silent(fixture);
  fixture->clock.wall_us += 24 * 3600 * (gint64)G_USEC_PER_SEC;
  g_assert_cmpint(host_state(fixture), ==, HOST_SILENT);
  fixture->clock.wall_us -= 48 * 3600 * (gint64)G_USEC_PER_SEC;
  fixture->clock.boottime_us += 61 * (gint64)G_USEC_PER_SEC;
  g_assert_cmpint(host_state(fixture), ==, HOST_DOWN);
}

/* A broker that was away for hours gives hosts the time to dial in again. */
static void
test_restarted_broker_waits_for_silent_hosts(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_host_silent(fixture);
  fake_clock_advance(&fixture->clock, 3600 * (gint64)G_USEC_PER_SEC);
  service_fixture_restart(fixture);
  g_assert_cmpint(host_state(fixture), ==, HOST_SILENT);
  g_autoptr(Session) soon = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(soon);
  g_assert_nonnull(strstr(error->message, "try again in half a minute"));
}

/* Who waits for a desktop on a host that is given up hears so, and gets another one by asking again. */
static void
test_given_up_host_ends_what_it_was_making(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_cmpint(session->state, ==, SESSION_PREPARING);
  service_fixture_host_silent(fixture);
  fake_clock_advance(&fixture->clock, 61 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpint(host_state(fixture), ==, HOST_DOWN);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpstr(ended->end_code, ==, "host-gone");
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_assert_cmpuint(g_hash_table_size(fixture->alive), ==, 0); /* what it was told to make it gives up again */
  g_autoptr(Session) again = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_check_invariants(fixture, 2);
}

static void
test_failing_host_is_told_and_not_hammered(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  fixture->fails_creates = TRUE;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpstr(ended->end_code, ==, "no-disk-space");
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.spares = 1;
  g_autoptr(PoolStatus) status =
      pool_admin_change(fixture->services, fixture->admin, "office", &settings, 0, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture); /* would never settle if it were tried again at once */
  g_autoptr(PoolStatus) told = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(told->problems), ==, 1);
  fixture->fails_creates = FALSE;
  fake_clock_advance(&fixture->clock, 120 * (gint64)G_USEC_PER_SEC);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) better = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(better->counts.spare, ==, 1);
  g_assert_cmpuint(g_strv_length(better->problems), ==, 0);
}

/* Who turns a desktop off, or lets it crash, does not keep the pool from making another one. */
static void
test_used_desktop_that_stops_is_no_failure_of_the_pool(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_OFF, FALSE, NULL);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) status = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(status->problems), ==, 0);
  g_assert_cmpuint(status->counts.spare, ==, 1);
}

/* A pool without spares makes every desktop for somebody; one that comes up ends the trouble, too. */
static void
test_desktop_for_a_user_ends_the_trouble(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  fixture->fails_creates = TRUE;
  g_autoptr(Session) failed = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) told = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(told->problems), ==, 1);
  fixture->fails_creates = FALSE;
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) better = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(better->problems), ==, 0);
}

/* The host did what it was told, and the broker died before it heard so: everything is told again. */
static void
test_commands_are_told_again(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  g_assert_true(services_tick(fixture->services, &error));
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 2); /* create, and epoch */
  service_fixture_restart(fixture);
  service_fixture_host_hello(fixture);
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 2);
  const HostCommand *create = service_fixture_command(fixture, 0);
  g_assert_cmpint(create->kind, ==, HOST_COMMAND_CREATE);
  const HostResult repeated = {
      .command = create->id, .code = "stale-epoch", .detail = "The desktop is at epoch 1.2 already."};
  g_assert_true(host_events_result(fixture->services, FIXTURE_HOST, fixture->term, &repeated, &error));
  g_autoptr(Session) same = service_fixture_session(fixture, session->id);
  g_assert_cmpint(same->state, ==, SESSION_PREPARING);
}

static void
test_broker_restart_keeps_sessions(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  service_fixture_restart(fixture);
  service_fixture_host_hello(fixture); /* sees that the term rises */
  service_fixture_settle(fixture);
  g_autoptr(Session) same = service_fixture_session(fixture, session->id);
  g_assert_cmpint(same->state, ==, SESSION_READY);
  g_assert_cmpuint(g_hash_table_size(fixture->alive), ==, 2);
  service_fixture_check_invariants(fixture, 3);
}

/* What comes late over a link that the host has left must not undo what its newer link said. */
static void
test_older_link_does_not_count(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  service_fixture_settle(fixture);
  gint64 older = fixture->term;
  service_fixture_host_hello(fixture);
  g_assert_true(host_events_silent(fixture->services, FIXTURE_HOST, older, &error));
  g_assert_no_error(error);
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_cmpint(host->state, ==, HOST_UP);
  g_assert_cmpint(host->term, ==, fixture->term);
  const HostDesktopGone gone = {.id = "no such desktop", .reason = "late"};
  g_assert_false(host_events_desktop_gone(fixture->services, FIXTURE_HOST, older, &gone, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH);
  g_clear_error(&error);
  service_fixture_host_silent(fixture);
  const HostImages images = {0};
  g_assert_false(host_events_images(fixture->services, FIXTURE_HOST, fixture->term, &images, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH);
}

/* A broker that was stopped reads it after the host was welcomed elsewhere and has made desktops since. */
static void
test_late_hello_undoes_nothing(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  const HostHello hello = {.host = FIXTURE_HOST, .boot_id = "boot-1", .said_us = 2000, .agent_version = "1"};
  HostHello late = hello;
  late.said_us = 1000;
  g_autoptr(HostGreeting) greeting = host_events_hello(fixture->services, FIXTURE_HOST, &hello, &error);
  g_assert_no_error(error);
  g_assert_null(host_events_hello(fixture->services, FIXTURE_HOST, &late, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH);
  g_clear_error(&error);
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_cmpint(host->term, ==, greeting->term);
  late.boot_id = "boot-2"; /* its clock began anew */
  g_autoptr(HostGreeting) rebooted = host_events_hello(fixture->services, FIXTURE_HOST, &late, &error);
  g_assert_no_error(error);
  g_assert_cmpint(rebooted->term, >, greeting->term);
}

/* A host that is removed and joins again keeps the highest term that it saw. */
static void
test_terms_rise_over_a_new_joining(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 0);
  service_fixture_host_hello(fixture);
  service_fixture_host_silent(fixture);
  g_assert_true(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, FALSE, &error));
  g_assert_no_error(error);
  service_fixture_host_join(fixture);
  service_fixture_host_hello(fixture); /* sees that the term rises */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-faults/desktop-died", test_died_desktop_gives_another);
  g_test_add_func("/host-faults/lost-host", test_lost_host);
  g_test_add_func("/host-faults/clock", test_silence_is_not_measured_by_the_wall_clock);
  g_test_add_func("/host-faults/away-broker", test_restarted_broker_waits_for_silent_hosts);
  g_test_add_func("/host-faults/given-up", test_given_up_host_ends_what_it_was_making);
  g_test_add_func("/host-faults/failing-host", test_failing_host_is_told_and_not_hammered);
  g_test_add_func("/host-faults/used-desktop-stops", test_used_desktop_that_stops_is_no_failure_of_the_pool);
  g_test_add_func("/host-faults/trouble-ends", test_desktop_for_a_user_ends_the_trouble);
  g_test_add_func("/host-faults/told-again", test_commands_are_told_again);
  g_test_add_func("/host-faults/broker-restart", test_broker_restart_keeps_sessions);
  g_test_add_func("/host-faults/older-link", test_older_link_does_not_count);
  g_test_add_func("/host-faults/late-hello", test_late_hello_undoes_nothing);
  g_test_add_func("/host-faults/joined-again", test_terms_rise_over_a_new_joining);
  return g_test_run();
}
