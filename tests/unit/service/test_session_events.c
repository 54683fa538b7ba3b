/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_events.h"

#include "broker/service/people/sign_in.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

typedef struct {
  guint calls;
  SessionState state;
  gboolean is_cut;
} Seen;

static void
note(const Session *session, gpointer user_data)
{
  Seen *seen = user_data;
  seen->calls++;
  seen->is_cut = session == NULL;
  if (session != NULL)
    seen->state = session->state;
}

static void
drain(ServiceFixture *fixture)
{
  service_fixture_catch_up(fixture);
  while (g_main_context_iteration(NULL, FALSE))
    continue;
}

static void
test_newest_wins(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  Seen seen = {0};
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  SessionSubscription *subscription =
      session_events_subscribe(fixture->services, alice, session->id, NULL, note, &seen, &error);
  g_assert_no_error(error);
  drain(fixture);
  g_assert_cmpuint(seen.calls, ==, 1);
  g_assert_cmpint(seen.state, ==, SESSION_PREPARING);
  service_fixture_settle(fixture); /* several steps, and nobody looked in between */
  drain(fixture);
  g_assert_cmpuint(seen.calls, ==, 2);
  g_assert_cmpint(seen.state, ==, SESSION_READY);
  g_autoptr(Session) ended =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_LOG_OFF, &error);
  drain(fixture);
  g_assert_cmpint(seen.state, ==, SESSION_ENDED);
  session_events_unsubscribe(subscription);
}

/* Nobody goes on following a session by a sign-in that is over; other devices do. */
static void
test_signed_out_is_cut(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  Seen here = {0}, there = {0};
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) other = caller_new(alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  service_fixture_sign_in(fixture, other);
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  SessionSubscription *first =
      session_events_subscribe(fixture->services, alice, session->id, NULL, note, &here, &error);
  SessionSubscription *second =
      session_events_subscribe(fixture->services, other, session->id, NULL, note, &there, &error);
  drain(fixture);
  g_assert_true(sign_in_end(fixture->services, alice, &error));
  service_fixture_settle(fixture);
  drain(fixture);
  g_assert_true(here.is_cut);
  g_assert_cmpint(here.state, ==, SESSION_PREPARING);
  g_assert_cmpint(there.state, ==, SESSION_READY);
  session_events_unsubscribe(first);
  session_events_unsubscribe(second);
}

static void
test_silent_host_is_told(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  Seen seen = {0};
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  SessionSubscription *subscription =
      session_events_subscribe(fixture->services, alice, session->id, NULL, note, &seen, &error);
  drain(fixture);
  service_fixture_host_silent(fixture);
  drain(fixture);
  g_assert_cmpuint(seen.calls, ==, 2);
  service_fixture_host_hello(fixture);
  session_events_unsubscribe(subscription); /* what waits is not told any more */
  drain(fixture);
  g_assert_cmpuint(seen.calls, ==, 2);
}

static void
test_bounded_and_private(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  Seen seen = {0};
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_null(session_events_subscribe(fixture->services, bob, session->id, NULL, note, &seen, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "not-found");
  g_clear_error(&error);
  g_autoptr(GPtrArray) subscriptions =
      g_ptr_array_new_with_free_func((GDestroyNotify)session_events_unsubscribe);
  for (;;) {
    SessionSubscription *one =
        session_events_subscribe(fixture->services, alice, session->id, NULL, note, &seen, &error);
    if (one == NULL)
      break;
    g_ptr_array_add(subscriptions, one);
  }
  g_assert_cmpstr(error_stable_name(error), ==, "overloaded");
  g_assert_cmpuint(subscriptions->len, ==, 16);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session-events/signed-out", test_signed_out_is_cut);
  g_test_add_func("/session-events/newest", test_newest_wins);
  g_test_add_func("/session-events/silent-host", test_silent_host_is_told);
  g_test_add_func("/session-events/bounded", test_bounded_and_private);
  return g_test_run();
}
