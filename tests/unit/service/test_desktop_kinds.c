/* SPDX-License-Identifier: Apache-2.0 */
/* The whole life of a dedicated desktop, and what holds for each kind when reports are lost or come late. */
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

#include <string.h>

/* A dedicated pool of 3 with a spare; @on_logoff (nullable). */
static ServiceFixture *
dedicated(const char *on_logoff, gint64 per_user)
{
  ServiceFixture *fixture = service_fixture_new();
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.kind = "dedicated";
  settings.size = 3;
  settings.spares = 1;
  settings.on_logoff = on_logoff;
  settings.desktops_per_user = per_user;
  service_fixture_pool_of(fixture, &settings);
  service_fixture_settle(fixture);
  return fixture;
}

static Session *
connect(ServiceFixture *fixture, const Caller *caller)
{
  g_autoptr(GError) error = NULL;
  Session *session = service_fixture_connect(fixture, caller, NULL, &error);
  g_assert_no_error(error);
  return session;
}

/* Connects, and has a console opened, so that the desktop is one that was used. */
static Session *
work(ServiceFixture *fixture, const Caller *caller)
{
  Session *session = connect(fixture, caller);
  service_fixture_settle(fixture);
  service_fixture_console(fixture, session, TRUE);
  service_fixture_settle(fixture);
  return session;
}

static void
log_off(ServiceFixture *fixture, const Caller *caller, const Session *session)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) ended =
      session_control(fixture->services, caller, session->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
}

static guint
times_started(ServiceFixture *fixture, const char *id)
{
  return GPOINTER_TO_UINT(g_hash_table_lookup(fixture->started, id));
}

static void
assert_state(ServiceFixture *fixture, const Session *session, SessionState state)
{
  g_autoptr(Session) now = service_fixture_session(fixture, session->id);
  g_assert_cmpstr(session_state_name(now->state), ==, session_state_name(state));
}

static void
assert_kept(ServiceFixture *fixture, const char *id, const char *owner, Power power)
{
  g_autoptr(Desktop) desktop = service_fixture_desktop(fixture, id);
  g_assert_cmpint(desktop->assignment, ==, ASSIGNMENT_ASSIGNED);
  g_assert_cmpstr(desktop->owner_name, ==, owner);
  g_assert_cmpstr(power_name(desktop->power), ==, power_name(power));
  g_assert_true(g_hash_table_contains(fixture->alive, id));
}

static void
test_first_use_assigns_and_keeps(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  service_fixture_settle(fixture);
  assert_kept(fixture, first->desktop_id, "alice", POWER_UP);
  g_autoptr(Session) second = connect(fixture, alice);
  g_assert_cmpstr(second->id, !=, first->id);
  g_assert_cmpstr(second->desktop_id, ==, first->desktop_id);
  g_autoptr(Desktop) desktop = service_fixture_desktop(fixture, second->desktop_id);
  g_assert_cmpuint(desktop->epoch.counter, ==, 3); /* what opened it before opens it no more */
}

/* Nobody is signed in after a log-off: the next session restarts into the account. */
static void
test_signed_off_is_restarted(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  g_autoptr(Session) early = connect(fixture, alice); /* before it has signed out */
  g_assert_cmpint(early->state, ==, SESSION_PREPARING);
  service_fixture_settle(fixture);
  assert_state(fixture, early, SESSION_READY);
  log_off(fixture, alice, early);
  service_fixture_settle(fixture);
  g_autoptr(Session) late = connect(fixture, alice);
  g_assert_cmpint(late->state, ==, SESSION_PREPARING);
  service_fixture_settle(fixture);
  assert_state(fixture, late, SESSION_READY);
}

static void
test_stopped_is_started_by_connecting(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("stop", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  service_fixture_settle(fixture);
  assert_kept(fixture, first->desktop_id, "alice", POWER_OFF);
  g_autoptr(Session) second = connect(fixture, alice);
  g_assert_cmpint(second->state, ==, SESSION_PREPARING);
  /* What the host said before it was told to start is no end. */
  service_fixture_report(fixture, second->desktop_id, HOST_POWER_OFF, FALSE, NULL);
  assert_state(fixture, second, SESSION_PREPARING);
  service_fixture_settle(fixture);
  assert_state(fixture, second, SESSION_READY);
  g_assert_cmpuint(times_started(fixture, second->desktop_id), ==, 1);
}

/* Whoever connects while it still shuts down waits until it is off and started again. */
static void
test_connecting_while_it_stops(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("stop", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  g_autoptr(Session) second = connect(fixture, alice);
  g_assert_cmpint(second->state, ==, SESSION_PREPARING);
  service_fixture_report(fixture, second->desktop_id, HOST_POWER_UP, FALSE, NULL); /* its user signs out */
  assert_state(fixture, second, SESSION_PREPARING);
  service_fixture_settle(fixture);
  assert_state(fixture, second, SESSION_READY);
  g_assert_cmpuint(times_started(fixture, second->desktop_id), ==, 1);
}

/* It is told to shut down, starts again by itself, and goes off then all the same. */
static void
test_starting_anew_while_it_stops(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("stop", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  g_autoptr(Session) second = connect(fixture, alice);
  service_fixture_report(fixture, second->desktop_id, HOST_POWER_STARTING, FALSE, NULL);
  g_autoptr(Desktop) desktop = service_fixture_desktop(fixture, second->desktop_id);
  g_assert_true(desktop->stopping);
  service_fixture_report(fixture, second->desktop_id, HOST_POWER_UP, FALSE, NULL);
  service_fixture_settle(fixture);
  assert_state(fixture, second, SESSION_READY);
  g_assert_cmpuint(times_started(fixture, second->desktop_id), ==, 1);
}

static void
test_reclone_is_still_its_owners(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("reclone", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, first->desktop_id));
  g_autoptr(Session) second = connect(fixture, alice);
  g_assert_cmpstr(second->desktop_id, !=, first->desktop_id);
  g_assert_cmpstr(second->desktop_name, ==, first->desktop_name);
  g_assert_cmpint(second->state, ==, SESSION_READY);
  service_fixture_check_invariants(fixture, 3);
}

/* Also when a lower number is free. */
static void
test_reclone_keeps_its_name(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("reclone", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Session) hers = work(fixture, alice);
  g_autoptr(Session) his = work(fixture, bob);
  g_assert_cmpstr(hers->desktop_name, ==, "office-0001");
  g_assert_true(desktop_admin_remove(fixture->services, fixture->admin, "office-0001", TRUE, &error));
  service_fixture_settle(fixture);
  log_off(fixture, bob, his);
  service_fixture_settle(fixture);
  g_autoptr(Session) again = connect(fixture, bob);
  g_assert_cmpstr(again->desktop_id, !=, his->desktop_id);
  g_assert_cmpstr(again->desktop_name, ==, his->desktop_name);
}

/* What is to be made anew for somebody who is deleted meanwhile must not keep its host from coming back. */
static void
test_deleted_owner_gets_nothing_anew(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("reclone", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = work(fixture, alice);
  log_off(fixture, alice, session);
  const NewUser root = {.name = "root", .password = "a long enough one", .administrator = TRUE};
  g_autoptr(User) administrator = user_admin_create(fixture->services, fixture->admin, &root, &error);
  gboolean deleted = user_admin_delete(fixture->services, fixture->admin, "alice", &error);
  g_assert_no_error(error);
  g_assert_true(deleted);
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, session->desktop_id));
  service_fixture_check_invariants(fixture, 3);
}

static void
test_switched_off_inside_is_no_failure(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = work(fixture, alice);
  g_hash_table_add(fixture->off, g_strdup(session->desktop_id));
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_OFF, FALSE, NULL);
  assert_state(fixture, session, SESSION_ENDED);
  service_fixture_settle(fixture);
  assert_kept(fixture, session->desktop_id, "alice", POWER_OFF);
}

/* Row 4: nothing of its user was in it, so another is as good; once it was used it is kept. */
static void
test_dies_while_being_assigned(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = connect(fixture, alice);
  service_fixture_report(fixture, first->desktop_id, HOST_POWER_FAILED, FALSE, NULL);
  assert_state(fixture, first, SESSION_ENDED);
  service_fixture_settle(fixture);
  g_autoptr(Session) second = work(fixture, alice);
  g_assert_cmpstr(second->desktop_id, !=, first->desktop_id);
  service_fixture_report(fixture, second->desktop_id, HOST_POWER_FAILED, FALSE, NULL);
  assert_state(fixture, second, SESSION_ENDED);
  service_fixture_settle(fixture);
  assert_kept(fixture, second->desktop_id, "alice", POWER_FAILED);
  g_autoptr(Session) third = connect(fixture, alice);
  g_assert_cmpstr(third->desktop_id, ==, second->desktop_id);
  service_fixture_settle(fixture);
  assert_state(fixture, third, SESSION_READY);
}

/* Its host was restarted: it is off, not gone. A host that does not have it any more has not lost it for us.
 */
static void
test_host_is_restarted(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = work(fixture, alice);
  service_fixture_host_silent(fixture);
  g_hash_table_add(fixture->off, g_strdup(session->desktop_id));
  service_fixture_host_hello(fixture);
  assert_state(fixture, session, SESSION_ENDED);
  service_fixture_settle(fixture);
  assert_kept(fixture, session->desktop_id, "alice", POWER_OFF);
  service_fixture_host_silent(fixture);
  g_hash_table_remove(fixture->alive, session->desktop_id);
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) missed = service_fixture_desktop(fixture, session->desktop_id);
  g_assert_cmpint(missed->power, ==, POWER_LOST);
  g_assert_cmpstr(missed->owner_name, ==, "alice");
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) refused = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(refused);
  g_assert_cmpstr(error_stable_name(error), ==, "host-gone");
  g_hash_table_add(fixture->alive, g_strdup(session->desktop_id));
  service_fixture_host_silent(fixture);
  service_fixture_host_hello(fixture);
  g_autoptr(Session) again = connect(fixture, alice);
  g_assert_cmpstr(again->desktop_id, ==, session->desktop_id);
}

/* A broker that starts again finds what is kept, without a session, in order. */
static void
test_broker_is_restarted(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("stop", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  log_off(fixture, alice, first);
  service_fixture_restart(fixture);
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  assert_kept(fixture, first->desktop_id, "alice", POWER_OFF);
  service_fixture_check_invariants(fixture, 3);
}

static void
test_several_of_a_pool(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", 2);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = work(fixture, alice);
  const ConnectOptions another = {.another = TRUE};
  g_autoptr(Session) second = connect_pool(fixture->services, alice, "office", &another, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(second->desktop_id, !=, first->desktop_id);
  g_assert_cmpuint(second->slot, ==, 2);
  g_autoptr(Session) third = connect_pool(fixture->services, alice, "office", &another, &error);
  g_assert_null(third);
  g_assert_cmpstr(error_stable_name(error), ==, "desktop-limit-reached");
  g_assert_nonnull(error_get_reasons(error));
  g_clear_error(&error);
  g_autoptr(Session) same = connect(fixture, alice);
  g_assert_cmpstr(same->id, ==, first->id);
  const ConnectOptions named = {.desktop = second->desktop_name};
  g_autoptr(Session) wanted = connect_pool(fixture->services, alice, "office", &named, &error);
  g_assert_cmpstr(wanted->id, ==, second->id);
  g_autoptr(GPtrArray) offers = connect_offers(fixture->services, alice, &error);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_cmpuint(offer->sessions->len, ==, 2);
  g_assert_cmpuint(offer->desktops->len, ==, 2);
  g_assert_false(offer->may_open_another);
  log_off(fixture, alice, second);
  service_fixture_settle(fixture);
  g_autoptr(GPtrArray) later = connect_offers(fixture->services, alice, &error);
  g_assert_true(((DesktopOffer *)g_ptr_array_index(later, 0))->may_open_another);
  const ConnectOptions stranger = {.desktop = "office-9999"};
  g_assert_null(connect_pool(fixture->services, alice, "office", &stranger, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "not-found");
}

/* Rows 4 and 12 for what is not kept: whatever is told late, nobody is given what somebody used. */
static void
test_floating_is_never_handed_on(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Session) hers = work(fixture, alice);
  service_fixture_host_silent(fixture); /* the sign-out inside is not heard */
  fake_clock_advance(&fixture->clock, 120 * G_USEC_PER_SEC);
  service_fixture_settle(fixture);
  service_fixture_host_hello(fixture); /* and it is back with the stale machine */
  service_fixture_report(fixture, hers->desktop_id, HOST_POWER_UP, FALSE, NULL);
  service_fixture_report(fixture, hers->desktop_id, HOST_POWER_UP, TRUE, "user");
  service_fixture_settle(fixture);
  assert_state(fixture, hers, SESSION_ENDED);
  g_assert_false(g_hash_table_contains(fixture->alive, hers->desktop_id));
  g_autoptr(Session) his = connect(fixture, bob);
  g_assert_cmpstr(his->desktop_id, !=, hers->desktop_id);
  service_fixture_check_invariants(fixture, 2);
}

/* Ownership of a console follows what lives, not what is written. */
static void
test_stray_console_is_cut(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = work(fixture, alice);
  log_off(fixture, alice, session);
  service_fixture_settle(fixture);
  service_fixture_console(fixture, session, TRUE); /* a viewer that got in at the last moment */
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 1);
  const HostCommand *cut = service_fixture_command(fixture, 0);
  g_assert_cmpint(cut->kind, ==, HOST_COMMAND_CUT);
  g_assert_cmpstr(cut->session, ==, session->id);
  assert_state(fixture, session, SESSION_ENDED);
}

static void
test_take_over_rules(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) tablet = caller_new(alice->user_id, "alice", FALSE, "203.0.113.9", "tablet");
  g_autoptr(Session) session = work(fixture, alice);
  PoolSettings rule = POOL_SETTINGS_NONE;
  rule.take_over = "refuse";
  service_fixture_change_pool(fixture, &rule);
  const ConnectOptions asked = {.take_over = TRUE};
  g_assert_null(connect_pool(fixture->services, tablet, "office", &asked, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "take-over-not-allowed");
  g_clear_error(&error);
  rule.take_over = "take";
  service_fixture_change_pool(fixture, &rule);
  g_autoptr(Session) taken = service_fixture_connect(fixture, tablet, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(taken->id, ==, session->id);
}

static void
test_rights_to_restart(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("keep", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = work(fixture, alice);
  PoolSettings rights = POOL_SETTINGS_NONE;
  rights.may_restart = FALSE;
  service_fixture_change_pool(fixture, &rights);
  g_assert_null(session_control(fixture->services, alice, session->id, SESSION_CONTROL_RESTART, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "not-permitted");
  g_assert_nonnull(strstr(error_get_reasons(error)[0], "does not let its users restart"));
  g_clear_error(&error);
  g_autoptr(Session) reset =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_RESET, &error);
  g_assert_no_error(error);
  g_assert_true(reset->may_reset && !reset->may_restart);
  service_fixture_settle(fixture);
  g_autoptr(Session) helped =
      session_control(fixture->services, fixture->admin, session->id, SESSION_CONTROL_RESTART, &error);
  g_assert_no_error(error);
}

static void
assert_offered(ServiceFixture *fixture, const Caller *caller, PoolLogoff on_logoff)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) offers = connect_offers(fixture->services, caller, &error);
  g_assert_no_error(error);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_cmpint(offer->on_logoff, ==, on_logoff);
  for (guint i = 0; i < offer->sessions->len; i++)
    g_assert_cmpint(((Session *)g_ptr_array_index(offer->sessions, i))->on_logoff, ==, on_logoff);
}

/* Whoever is asked “log off?” must know whether what is in the desktop is lost; the newest word of the pool
 * holds, for those who only look, who just got it, and what is known while the database is away. */
static void
test_users_know_what_log_off_does(void)
{
  g_autoptr(ServiceFixture) fixture = dedicated("stop", -1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  assert_offered(fixture, alice, POOL_LOGOFF_STOP);
  g_autoptr(Session) session = connect(fixture, alice);
  g_assert_cmpint(session->on_logoff, ==, POOL_LOGOFF_STOP);
  PoolSettings change = POOL_SETTINGS_NONE;
  change.on_logoff = "keep";
  service_fixture_change_pool(fixture, &change);
  assert_offered(fixture, alice, POOL_LOGOFF_KEEP);
  service_fixture_settle(fixture);
  g_autoptr(KnownSession) known = known_sessions_find(fixture->services->known_sessions, session->id);
  g_assert_cmpint(known->session->on_logoff, ==, POOL_LOGOFF_KEEP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/kinds/first-use-assigns-and-keeps", test_first_use_assigns_and_keeps);
  g_test_add_func("/kinds/signed-off-is-restarted", test_signed_off_is_restarted);
  g_test_add_func("/kinds/stopped-is-started-by-connecting", test_stopped_is_started_by_connecting);
  g_test_add_func("/kinds/connecting-while-it-stops", test_connecting_while_it_stops);
  g_test_add_func("/kinds/starting-while-it-stops", test_starting_anew_while_it_stops);
  g_test_add_func("/kinds/reclone-is-still-its-owners", test_reclone_is_still_its_owners);
  g_test_add_func("/kinds/reclone-keeps-its-name", test_reclone_keeps_its_name);
  g_test_add_func("/kinds/deleted-owner", test_deleted_owner_gets_nothing_anew);
  g_test_add_func("/kinds/switched-off-inside-is-no-failure", test_switched_off_inside_is_no_failure);
  g_test_add_func("/kinds/dies-while-being-assigned", test_dies_while_being_assigned);
  g_test_add_func("/kinds/host-is-restarted", test_host_is_restarted);
  g_test_add_func("/kinds/broker-is-restarted", test_broker_is_restarted);
  g_test_add_func("/kinds/several-of-a-pool", test_several_of_a_pool);
  g_test_add_func("/kinds/floating-is-never-handed-on", test_floating_is_never_handed_on);
  g_test_add_func("/kinds/stray-console-is-cut", test_stray_console_is_cut);
  g_test_add_func("/kinds/take-over-rules", test_take_over_rules);
  g_test_add_func("/kinds/rights-to-restart", test_rights_to_restart);
  g_test_add_func("/kinds/users-know-what-log-off-does", test_users_know_what_log_off_does);
  return g_test_run();
}
