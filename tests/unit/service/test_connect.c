/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/connect.h"

#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_control.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"

static void
test_warm_spare_is_ready_at_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session_state_name(session->state), ==, "ready");
  g_assert_cmpstr(session->user_name, ==, "alice");
  g_autoptr(Desktop) desktop = desktop_admin_get(fixture->services, session->desktop_id, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(desktop->epoch.counter, ==, 2);
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  g_assert_cmpint(service_fixture_command(fixture, 0)->kind, ==, HOST_COMMAND_EPOCH);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) status = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(status->counts.spare, ==, 2);
  g_assert_cmpuint(status->counts.assigned, ==, 1);
  service_fixture_check_invariants(fixture, 4);
}

/* A size of 0 holds at once, also for what is still ready, and takes nothing from anybody. */
static void
test_closed_pool_gives_out_nothing(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Session) hers = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.size = 0;
  service_fixture_change_pool(fixture, &settings); /* and the keeper has not seen it yet */
  g_assert_null(service_fixture_connect(fixture, bob, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_FREE_DESKTOP);
  g_assert_nonnull(strstr(error->message, "closed"));
  g_assert_nonnull(strstr(error_get_reasons(error)[0], "has the size 0"));
  g_clear_error(&error);
  g_autoptr(GPtrArray) offers = connect_offers(fixture->services, bob, &error);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_false(offer->available);
  g_assert_nonnull(strstr(offer->reasons[0], "has the size 0"));
  service_fixture_settle(fixture);
  g_assert_cmpuint(g_hash_table_size(fixture->alive), ==, 1);
  g_autoptr(Session) again = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_cmpstr(again->id, ==, hers->id);
}

static void
test_connecting_again_resumes(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_console(fixture, first, TRUE);
  service_fixture_console(fixture, first, FALSE);
  g_autoptr(Session) second = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(second->id, ==, first->id);
  g_assert_cmpstr(second->desktop_id, ==, first->desktop_id);
  g_assert_cmpint(second->state, ==, SESSION_DISCONNECTED);
}

static void
test_second_device_has_to_ask(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) tablet = caller_new(alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_console(fixture, session, TRUE);
  g_autoptr(Session) refused = service_fixture_connect(fixture, tablet, NULL, &error);
  g_assert_null(refused);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IN_USE_ELSEWHERE);
  g_assert_nonnull(error_get_reasons(error));
  g_clear_error(&error);
  const ConnectOptions take_over = {.take_over = TRUE};
  g_autoptr(Session) taken = connect_pool(fixture->services, tablet, "office", &take_over, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(taken->id, ==, session->id);
}

static void
test_waits_for_one_that_is_made(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpint(session->state, ==, SESSION_PREPARING);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_STARTING, FALSE, NULL);
  g_autoptr(Session) booting = service_fixture_session(fixture, session->id);
  g_assert_cmpstr(booting->step, ==, "booting");
  g_assert_cmpuint(booting->progress, ==, 50);
  service_fixture_settle(fixture);
  g_autoptr(Session) ready = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ready->state, ==, SESSION_READY);
}

static void
test_log_off_recycles(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_autoptr(Session) ended =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpstr(ended->end_code, ==, "session-ended");
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, session->desktop_id));
  g_assert_cmpuint(g_hash_table_size(fixture->alive), ==, 1);
  g_autoptr(Session) again = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->desktop_id, !=, session->desktop_id);
}

static void
test_sign_out_inside_ends(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_UP, FALSE, NULL);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, session->desktop_id));
}

static void
test_restart_is_no_sign_out(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_autoptr(Session) restarting =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_RESTART, &error);
  g_assert_no_error(error);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_UP, FALSE, NULL);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_UP, TRUE, "user");
  g_autoptr(Session) still = service_fixture_session(fixture, session->id);
  g_assert_cmpint(still->state, ==, SESSION_READY);
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_UP, TRUE, NULL);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
}

/* A restart that the host could not begin excuses nobody's signing out. */
static void
test_failed_restart(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  g_autoptr(Session) restarting =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_RESTART, &error);
  const HostCommand *restart = service_fixture_command(fixture, 0);
  const HostResult result = {
      .command = restart->id, .code = "hypervisor-failed", .detail = "The guest does not answer."};
  g_assert_true(host_events_result(fixture->services, FIXTURE_HOST, fixture->term, &result, &error));
  service_fixture_report(fixture, session->desktop_id, HOST_POWER_UP, TRUE, NULL);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
}

static void
test_refusals(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  const ConnectOptions options = {FALSE};
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_assert_null(connect_pool(fixture->services, alice, "nowhere", &options, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL);
  g_clear_error(&error);
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(service_fixture_connect(fixture, bob, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_FREE_DESKTOP);
  g_assert_nonnull(error_get_reasons(error));
  g_clear_error(&error);
  g_assert_true(
      pool_admin_withdraw(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, "bob", &error));
  g_assert_null(service_fixture_connect(fixture, bob, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_ENTITLED);
}

static void
test_image_missing(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  const HostImages none = {NULL};
  g_assert_true(host_events_images(fixture->services, FIXTURE_HOST, fixture->term, &none, &error));
  g_assert_null(service_fixture_connect(fixture, alice, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING);
  g_assert_true(
      g_strv_contains((const char *const *)error_get_reasons(error), "the image office is missing on kvm1"));
}

static void
test_key_gives_the_same_session(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = service_fixture_connect(fixture, alice, "key-1", &error);
  service_fixture_restart(fixture); /* fault 7: committed, and the reply was lost */
  service_fixture_host_hello(fixture);
  g_autoptr(Session) second = service_fixture_connect(fixture, alice, "key-1", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(first->id, ==, second->id);
  g_autoptr(Session) off =
      session_control(fixture->services, alice, first->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_null(service_fixture_connect(fixture, alice, "key-1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED);
}

/* Fault 14: a key is kept for a day that has passed, not for one by which the clock was set forward. */
static void
test_key_outlives_a_step_of_the_clock(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) first = service_fixture_connect(fixture, alice, "key-1", &error);
  g_autoptr(Session) off =
      session_control(fixture->services, alice, first->id, SESSION_CONTROL_LOG_OFF, &error);
  fixture->clock.wall_us += 2 * 86400 * (gint64)G_USEC_PER_SEC;
  fake_clock_advance(&fixture->clock, 120 * (gint64)G_USEC_PER_SEC);
  service_fixture_settle(fixture);
  g_assert_null(service_fixture_connect(fixture, alice, "key-1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED);
  g_clear_error(&error);
  for (guint hours = 0; hours < 25; hours++) {
    fake_clock_advance(&fixture->clock, 3600 * (gint64)G_USEC_PER_SEC);
    service_fixture_settle(fixture);
  }
  g_autoptr(Session) anew =
      service_fixture_connect(fixture, alice, "key-1", &error); /* now it is forgotten */
  g_assert_no_error(error);
}

static void
test_disabled_user_is_cut_off(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  const NewUser root = {.name = "root", .password = "a long enough one", .administrator = TRUE};
  g_autoptr(User) administrator = user_admin_create(fixture->services, fixture->admin, &root, &error);
  g_assert_no_error(error);
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  UserChange change = USER_CHANGE_NONE;
  change.disabled = TRUE;
  g_autoptr(User) user = user_admin_change(fixture->services, fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpint(service_fixture_command(fixture, 0)->kind, ==, HOST_COMMAND_CUT);
  g_assert_cmpint(service_fixture_command(fixture, 1)->kind, ==, HOST_COMMAND_DESTROY);
  g_assert_null(service_fixture_connect(fixture, alice, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_ENTITLED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/connect/warm-spare", test_warm_spare_is_ready_at_once);
  g_test_add_func("/connect/resume", test_connecting_again_resumes);
  g_test_add_func("/connect/second-device", test_second_device_has_to_ask);
  g_test_add_func("/connect/preparing", test_waits_for_one_that_is_made);
  g_test_add_func("/connect/log-off", test_log_off_recycles);
  g_test_add_func("/connect/sign-out-inside", test_sign_out_inside_ends);
  g_test_add_func("/connect/restart", test_restart_is_no_sign_out);
  g_test_add_func("/connect/restart-failed", test_failed_restart);
  g_test_add_func("/connect/refusals", test_refusals);
  g_test_add_func("/connect/image-missing", test_image_missing);
  g_test_add_func("/connect/closed-pool", test_closed_pool_gives_out_nothing);
  g_test_add_func("/connect/idempotency", test_key_gives_the_same_session);
  g_test_add_func("/connect/idempotency/clock", test_key_outlives_a_step_of_the_clock);
  g_test_add_func("/connect/disabled-user", test_disabled_user_is_cut_off);
  return g_test_run();
}
