/* SPDX-License-Identifier: Apache-2.0 */
/* What administrators do to desktops that are kept: assign, take back, adopt, release, switch. */
#include "broker/service/desktops/desktop_owner.h"

#include "broker/service/audit_log.h"
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

#include <string.h>

#define MACHINE "11111111-2222-4333-8444-555555555555"
#define BROKEN  "66666666-2222-4333-8444-555555555555"

static void
assert_refused(gconstpointer result, GError *error, const char *code, const char *part)
{
  g_autoptr(GError) refusal = error;
  g_assert_null(result);
  g_assert_cmpstr(error_stable_name(refusal), ==, code);
  g_assert_nonnull(strstr(refusal->message, part));
}

static ServiceFixture *
pool_of(const char *kind)
{
  ServiceFixture *fixture = service_fixture_new();
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.kind = kind;
  gboolean manual = g_str_equal(kind, "manual");
  settings.size = manual ? -1 : 3;
  settings.spares = manual ? -1 : 1;
  service_fixture_pool_of(fixture, &settings);
  service_fixture_settle(fixture);
  return fixture;
}

static void
tell_foreign(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  HostForeign machines[] = {
      {.uuid = MACHINE, .name = "cad", .power = HOST_POWER_UP, .adoptable = TRUE},
      {.uuid = BROKEN, .name = "old", .power = HOST_POWER_OFF, .reason = "It has no SPICE graphics."}};
  const HostForeignList list = {.domains = machines, .domain_count = G_N_ELEMENTS(machines)};
  g_assert_true(host_events_foreign(fixture->services, FIXTURE_HOST, fixture->term, &list, &error));
}

static Desktop *
adopt(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  tell_foreign(fixture);
  g_autoptr(Desktop) desktop =
      desktop_owner_adopt(fixture->services, fixture->admin, "office", FIXTURE_HOST, "cad", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(desktop->id, ==, MACHINE);
  service_fixture_settle(fixture);
  return service_fixture_desktop(fixture, MACHINE);
}

static void
test_adopted_life(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  g_autoptr(Desktop) desktop = adopt(fixture);
  g_assert_cmpstr(desktop->name, ==, "cad");
  g_assert_cmpint(desktop->assignment, ==, ASSIGNMENT_SPARE);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) none = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(none);
  g_assert_cmpstr(error_stable_name(error), ==, "no-free-desktop");
  g_clear_error(&error);
  g_autoptr(Desktop) assigned =
      desktop_owner_assign(fixture->services, fixture->admin, "cad", "alice", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(assigned->owner_name, ==, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpint(session->state, ==, SESSION_READY);
  service_fixture_settle(fixture);
  g_assert_true(desktop_owner_unassign(fixture->services, fixture->admin, "cad", &error));
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  service_fixture_settle(fixture);
  g_assert_true(g_hash_table_contains(fixture->alive, MACHINE));
  g_assert_true(desktop_admin_remove(fixture->services, fixture->admin, "cad", FALSE, &error));
  g_assert_cmpint(service_fixture_command(fixture, 0)->kind, ==, HOST_COMMAND_RELEASE);
  service_fixture_settle(fixture);
  g_assert_null(desktop_admin_get(fixture->services, "cad", NULL));
}

static void
test_what_cannot_be_adopted(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  GError *error = NULL;
  g_autoptr(Desktop) desktop = adopt(fixture);
  Services *services = fixture->services;
  const Caller *admin = fixture->admin;
  gpointer again = desktop_owner_adopt(services, admin, "office", FIXTURE_HOST, MACHINE, &error);
  assert_refused(again, g_steal_pointer(&error), "conflict", "is the desktop cad of office already");
  gpointer broken = desktop_owner_adopt(services, admin, "office", FIXTURE_HOST, "old", &error);
  assert_refused(broken, g_steal_pointer(&error), "conflict", "no SPICE graphics");
  gpointer none = desktop_owner_adopt(services, admin, "office", FIXTURE_HOST, "nobody", &error);
  assert_refused(none, g_steal_pointer(&error), "not-found", "has no virtual machine");
  gpointer host = desktop_owner_adopt(services, admin, "office", "kvm9", "cad", &error);
  assert_refused(host, g_steal_pointer(&error), "not-found", "host");
}

static void
test_only_manual_pools_adopt(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("floating");
  GError *error = NULL;
  tell_foreign(fixture);
  gpointer none =
      desktop_owner_adopt(fixture->services, fixture->admin, "office", FIXTURE_HOST, "cad", &error);
  assert_refused(none, error, "conflict", "only a manual pool takes machines in");
}

/* A host that goes without what it was told to adopt: nothing is destroyed, ever. */
static void
test_manual_is_never_destroyed(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  g_autoptr(Desktop) desktop = adopt(fixture);
  service_fixture_host_silent(fixture);
  fake_clock_advance(&fixture->clock, 300 * G_USEC_PER_SEC);
  service_fixture_settle(fixture);
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) back = service_fixture_desktop(fixture, "cad");
  g_assert_cmpint(back->power, ==, POWER_UP);
  service_fixture_report(fixture, MACHINE, HOST_POWER_FAILED, FALSE, NULL);
  service_fixture_report(fixture, MACHINE, HOST_POWER_OFF, FALSE, NULL);
  service_fixture_settle(fixture);
  g_assert_true(g_hash_table_contains(fixture->alive, MACHINE));
  g_autoptr(Desktop) off = service_fixture_desktop(fixture, "cad");
  g_assert_cmpint(off->power, ==, POWER_OFF);
}

static Session *
connect(ServiceFixture *fixture, const Caller *caller)
{
  g_autoptr(GError) error = NULL;
  Session *session = service_fixture_connect(fixture, caller, NULL, &error);
  g_assert_no_error(error);
  return session;
}

static void
assert_session(ServiceFixture *fixture, const Session *session, SessionState state)
{
  g_autoptr(Session) now = service_fixture_session(fixture, session->id);
  g_assert_cmpstr(session_state_name(now->state), ==, session_state_name(state));
}

/* Alice's, told to shut down; she connects again meanwhile. */
static Session *
connect_while_it_stops(ServiceFixture *fixture, const Caller *alice)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Desktop) machine = adopt(fixture);
  g_autoptr(Desktop) assigned =
      desktop_owner_assign(fixture->services, fixture->admin, "cad", "alice", &error);
  g_assert_no_error(error);
  g_autoptr(Session) first = connect(fixture, alice);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) told =
      desktop_admin_power(fixture->services, fixture->admin, "cad", DESKTOP_POWER_SHUT_DOWN, &error);
  g_assert_no_error(error);
  assert_session(fixture, first, SESSION_ENDED);
  Session *waiting = connect(fixture, alice);
  g_assert_cmpint(waiting->state, ==, SESSION_PREPARING);
  return waiting;
}

/* It is somebody else's machine: it is asked, and goes on when it does not obey. Its host says when. */
static void
test_adopted_one_does_not_shut_down(gconstpointer report_lost)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) waiting = connect_while_it_stops(fixture, alice);
  service_fixture_report(fixture, MACHINE, HOST_POWER_UP, TRUE, NULL); /* from before it was told */
  assert_session(fixture, waiting, SESSION_PREPARING);
  fixture->is_deaf = TRUE;
  service_fixture_settle(fixture);
  if (report_lost == NULL)
    service_fixture_report(fixture, MACHINE, HOST_POWER_UP, FALSE, NULL);
  assert_session(fixture, waiting, SESSION_PREPARING);
  const Desktop *refused =
      desktop_admin_power(fixture->services, fixture->admin, "cad", DESKTOP_POWER_SHUT_DOWN, &error);
  assert_refused(refused, g_steal_pointer(&error), "conflict",
                 "shutting down; reset it if that does not end");
  const HostDesktop goes_on = {.id = MACHINE,
                               .name = "cad",
                               .pool = "office",
                               .power = HOST_POWER_UP,
                               .guest = {.ready = TRUE, .idle_ms = HOST_IDLE_UNKNOWN},
                               .step = "ready",
                               .progress = 100,
                               .code = "timed-out",
                               .detail = "It was asked to switch off and did not."};
  g_assert_true(host_events_desktop(fixture->services, FIXTURE_HOST, fixture->term, &goes_on, &error));
  assert_session(fixture, waiting, SESSION_READY);
  g_autoptr(Desktop) now = service_fixture_desktop(fixture, "cad");
  g_assert_cmpstr(now->step, ==, "It was asked to switch off and did not.");
  fixture->is_deaf = FALSE;
  g_autoptr(Desktop) again =
      desktop_admin_power(fixture->services, fixture->admin, "cad", DESKTOP_POWER_SHUT_DOWN, &error);
  g_assert_no_error(error);
}

static void
test_shut_down_that_fails(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  fixture->fails_shutdowns = TRUE;
  g_autoptr(Session) waiting = connect_while_it_stops(fixture, alice);
  service_fixture_settle(fixture);
  assert_session(fixture, waiting, SESSION_READY);
}

/* What hangs while it shuts down can be reset. */
static void
test_reset_ends_shutting_down(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) waiting = connect_while_it_stops(fixture, alice);
  fixture->is_deaf = TRUE;
  service_fixture_settle(fixture);
  g_autoptr(Desktop) reset =
      desktop_admin_power(fixture->services, fixture->admin, "cad", DESKTOP_POWER_RESET, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
  assert_session(fixture, waiting, SESSION_READY);
}

static void
assert_not_controlled(ServiceFixture *fixture, const Caller *caller, const Session *session)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(session_control(fixture->services, caller, session->id, SESSION_CONTROL_LOCK, &error));
  assert_refused(NULL, g_steal_pointer(&error), "conflict", "lock its screen inside, or disconnect");
  g_assert_false(
      session_control_message(fixture->services, fixture->admin, session->id, "", "Lunch!", &error));
  assert_refused(NULL, g_steal_pointer(&error), "conflict", "nothing in it could show a message");
}

/* What nothing in the machine would do is not commanded: no console is cut for a lock that never comes. */
static void
test_no_agent_is_asked_for_anything(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Desktop) machine = adopt(fixture);
  g_autoptr(Desktop) hers = desktop_owner_assign(fixture->services, fixture->admin, "cad", "alice", &error);
  g_assert_no_error(error);
  g_autoptr(Session) first = connect(fixture, alice);
  service_fixture_settle(fixture);
  service_fixture_idle(fixture, MACHINE, -1);
  g_assert_false(session_has_agent(first));
  assert_not_controlled(fixture, alice, first);
  g_autoptr(Session) ended =
      session_control(fixture->services, alice, first->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  g_autoptr(Session) second = connect(fixture, alice);
  g_assert_cmpint(second->state, ==, SESSION_READY);
  g_assert_true(desktop_owner_unassign(fixture->services, fixture->admin, "cad", &error));
  for (guint i = 0; i < service_fixture_commands(fixture); i++) {
    int kind = service_fixture_command(fixture, i)->kind;
    g_assert_true(kind == HOST_COMMAND_CUT || kind == HOST_COMMAND_EPOCH);
  }
}

static void
test_assign_before_first_use(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  GError *refusal = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Desktop) hers =
      desktop_owner_assign(fixture->services, fixture->admin, "office-0001", "alice", &error);
  g_assert_no_error(error);
  g_autoptr(Desktop) same =
      desktop_owner_assign(fixture->services, fixture->admin, "office-0001", "alice", &error);
  g_assert_no_error(error);
  gpointer taken = desktop_owner_assign(fixture->services, fixture->admin, "office-0001", "bob", &refusal);
  assert_refused(taken, g_steal_pointer(&refusal), "conflict", "belongs to alice");
  service_fixture_settle(fixture);
  gpointer second = desktop_owner_assign(fixture->services, fixture->admin, "office-0002", "alice", &refusal);
  assert_refused(second, g_steal_pointer(&refusal), "desktop-limit-reached", "1 of at most 1");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session->desktop_name, ==, "office-0001");
}

static void
test_what_is_owned_goes_only_by_force(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Desktop) hers =
      desktop_owner_assign(fixture->services, fixture->admin, "office-0001", "alice", &error);
  g_assert_false(desktop_admin_remove(fixture->services, fixture->admin, "office-0001", FALSE, &error));
  g_assert_nonnull(strstr(error->message, "belongs to alice"));
  g_clear_error(&error);
  g_assert_false(pool_admin_delete(fixture->services, fixture->admin, "office", &error));
  g_assert_nonnull(strstr(error->message, "1 desktops of this pool belong to somebody"));
  g_clear_error(&error);
  g_assert_false(user_admin_delete(fixture->services, fixture->admin, "alice", &error));
  g_assert_nonnull(strstr(error->message, "unassign it first"));
  g_clear_error(&error);
  g_assert_true(desktop_admin_remove(fixture->services, fixture->admin, "office-0001", TRUE, &error));
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, hers->id));
}

static void
test_floating_is_nobodys(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("floating");
  GError *error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  gpointer none = desktop_owner_assign(fixture->services, fixture->admin, "office-0001", "alice", &error);
  assert_refused(none, g_steal_pointer(&error), "conflict", "only connecting gives it");
  gpointer off =
      desktop_admin_power(fixture->services, fixture->admin, "office-0001", DESKTOP_POWER_SHUT_DOWN, &error);
  assert_refused(off, g_steal_pointer(&error), "conflict", "delete it instead");
}

static void
test_power(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  GError *refusal = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  service_fixture_console(fixture, session, TRUE);
  const char *id = session->desktop_id;
  gpointer running =
      desktop_admin_power(fixture->services, fixture->admin, id, DESKTOP_POWER_START, &refusal);
  assert_refused(running, g_steal_pointer(&refusal), "conflict", "it is up");
  g_autoptr(Desktop) stopping =
      desktop_admin_power(fixture->services, fixture->admin, id, DESKTOP_POWER_SHUT_DOWN, &error);
  g_assert_no_error(error);
  g_assert_true(stopping->stopping);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) off = service_fixture_desktop(fixture, id);
  g_assert_cmpint(off->power, ==, POWER_OFF);
  g_autoptr(Desktop) starting =
      desktop_admin_power(fixture->services, fixture->admin, id, DESKTOP_POWER_START, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) up = service_fixture_desktop(fixture, id);
  g_assert_cmpint(up->power, ==, POWER_UP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop-owner/adopted-life", test_adopted_life);
  g_test_add_func("/desktop-owner/what-cannot-be-adopted", test_what_cannot_be_adopted);
  g_test_add_func("/desktop-owner/only-manual-pools-adopt", test_only_manual_pools_adopt);
  g_test_add_func("/desktop-owner/manual-is-never-destroyed", test_manual_is_never_destroyed);
  g_test_add_func("/desktop-owner/no-agent", test_no_agent_is_asked_for_anything);
  g_test_add_data_func("/desktop-owner/does-not-shut-down", NULL, test_adopted_one_does_not_shut_down);
  g_test_add_data_func("/desktop-owner/does-not-shut-down-unseen", "lost",
                       test_adopted_one_does_not_shut_down);
  g_test_add_func("/desktop-owner/shut-down-that-fails", test_shut_down_that_fails);
  g_test_add_func("/desktop-owner/reset-ends-shutting-down", test_reset_ends_shutting_down);
  g_test_add_func("/desktop-owner/assign-before-first-use", test_assign_before_first_use);
  g_test_add_func("/desktop-owner/what-is-owned-goes-only-by-force", test_what_is_owned_goes_only_by_force);
  g_test_add_func("/desktop-owner/floating-is-nobodys", test_floating_is_nobodys);
  g_test_add_func("/desktop-owner/power", test_power);
  return g_test_run();
}
