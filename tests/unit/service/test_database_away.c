/* SPDX-License-Identifier: Apache-2.0 */
/* Faults 8 and 9: what holds while the database is away, and that the books agree when it is back. */
#include "broker/service/audit_log.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_control.h"
#include "broker/service/sessions/session_events.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/away_case.h"

static ConsoleAccess *
open_console(AwayCase *test, Viewer viewer, GError **error)
{
  return console_access_create(test->fixture->services, test->alice, test->session->id, viewer, FALSE, error);
}

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

static void
test_owner_comes_back(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  away_case_go_away(test);
  g_autoptr(Caller) caller = sign_in_check(services, test->token, ADDRESS, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(caller->user_name, ==, "alice");
  g_autoptr(User) user = sign_in_user(services, caller, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(user->full_name, ==, "Alice");
  g_autoptr(GPtrArray) offers = connect_offers(services, caller, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(offers->len, ==, 1);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_cmpstr(((Session *)g_ptr_array_index(offer->sessions, 0))->id, ==, test->session->id);
  g_autoptr(Session) again = service_fixture_connect(test->fixture, caller, "second", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->id, ==, test->session->id);
  g_assert_cmpint(again->state, ==, SESSION_READY);
  g_autoptr(Session) seen = session_list_get(services, caller, again->id, &error);
  g_assert_no_error(error);
  g_assert_nonnull(strstr(seen->reasons[0], "database is away"));
  g_autoptr(ConsoleAccess) access = open_console(test, VIEWER_NATIVE, &error);
  g_assert_no_error(error);
  g_autofree char *expected =
      g_strdup_printf("grant %s %s 1.2 native", test->session->id, test->session->desktop_id);
  g_assert_cmpstr(access->grant, ==, expected);
  g_assert_cmpstr(access->relay_address, ==, "192.0.2.10");
  g_assert_cmpuint(access->relay_port, ==, 8444);
}

static gint64
other_time(const Clock *clock)
{
  return 1800000000 * SECOND;
}

/* Hosts judge grants by the database's time, as it was last seen, and not by this machine's. */
static void
test_grants_carry_the_time_of_the_database(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  services->time.wall_us = other_time;
  away_case_go_away(test);
  const Viewer viewers[] = {VIEWER_NATIVE, VIEWER_VV};
  for (guint i = 0; i < G_N_ELEMENTS(viewers); i++) {
    g_autoptr(ConsoleAccess) access =
        console_access_create(services, test->alice, test->session->id, viewers[i], FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(access->expires_us, ==, (1800000000 + (i == 0 ? 30 : 120)) * SECOND);
  }
  g_assert_cmpint(clock_wall_us(services_time(services)), ==, 1800000000 * SECOND);
}

static void
test_password_is_redeemed_once(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  away_case_go_away(test);
  g_autoptr(ConsoleAccess) access = open_console(test, VIEWER_VV, &error);
  g_assert_no_error(error);
  g_assert_null(console_access_redeem(services, access->password, "relay", "other", &error));
  away_case_assert_code(error, CARAWAY_ERROR_GRANT_INVALID);
  g_clear_error(&error);
  g_autofree char *grant = console_access_redeem(services, access->password, "relay", FIXTURE_HOST, &error);
  g_assert_no_error(error);
  g_assert_nonnull(grant);
  g_assert_null(console_access_redeem(services, access->password, "relay", FIXTURE_HOST, &error));
  away_case_assert_code(error, CARAWAY_ERROR_GRANT_USED);
  g_clear_error(&error);
  away_case_come_back(test); /* and not again then */
  g_assert_null(console_access_redeem(services, access->password, "relay", FIXTURE_HOST, &error));
  away_case_assert_code(error, CARAWAY_ERROR_GRANT_USED);
}

static void
test_password_outlives_the_outage(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  away_case_go_away(test);
  g_autoptr(ConsoleAccess) first = open_console(test, VIEWER_VV, &error);
  g_autoptr(ConsoleAccess) second = open_console(test, VIEWER_VV, &error);
  g_assert_no_error(error);
  away_case_come_back(test);
  g_autofree char *grant = console_access_redeem(services, first->password, "relay", FIXTURE_HOST, &error);
  g_assert_no_error(error);
  g_assert_nonnull(grant);
  fake_clock_advance(&test->fixture->clock, 120 * SECOND);
  g_assert_null(console_access_redeem(services, second->password, "relay", FIXTURE_HOST, &error));
  away_case_assert_code(error, CARAWAY_ERROR_GRANT_EXPIRED);
}

static void
test_all_else_is_refused(AwayCase *test, gconstpointer data)
{
  Services *services = test->fixture->services;
  g_autoptr(Caller) bob = service_fixture_user(test->fixture, "bob");
  away_case_go_away(test);
  GError *error = NULL;
  g_assert_null(service_fixture_connect(test->fixture, bob, NULL, &error)); /* no second owner, ever */
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(console_access_create(services, bob, test->session->id, VIEWER_NATIVE, TRUE, &error));
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(session_list_get(services, bob, test->session->id, &error));
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(connect_offers(services, bob, &error));
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(sign_in_begin(services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error));
  away_case_assert_away(services_refusal(services, g_steal_pointer(&error)));
  g_assert_null(sign_in_check(services, "a token that nobody has", ADDRESS, &error));
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(session_control(services, test->alice, test->session->id, SESSION_CONTROL_LOG_OFF, &error));
  away_case_assert_away(services_refusal(services, g_steal_pointer(&error)));
  g_assert_false(services_check(services, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

/* Nothing waits for a database that was found to be away; it is tried now and then. */
static void
test_nobody_tries_but_the_mender(AwayCase *test, gconstpointer data)
{
  Services *services = test->fixture->services;
  away_case_go_away(test);
  for (guint i = 0; i < 20; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Caller) caller = sign_in_check(services, test->token, ADDRESS, &error);
    g_assert_no_error(error);
    g_autoptr(Session) again = service_fixture_connect(test->fixture, caller, NULL, &error);
    g_assert_no_error(error);
  }
  g_assert_cmpuint(test->attempts, ==, 1);
  for (guint i = 0; i < 10; i++)
    g_assert_true(services_tick(services, NULL));
  g_assert_cmpuint(test->attempts, ==, 2);
  fake_clock_advance(&test->fixture->clock, 3 * SECOND);
  g_assert_true(services_tick(services, NULL));
  g_assert_cmpuint(test->attempts, ==, 3);
  away_case_come_back(test);
}

static void
test_ended_sign_in_stays_ended(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(sign_in_end(test->fixture->services, test->alice, &error));
  g_assert_no_error(error);
  away_case_go_away(test);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

/* At a shared terminal the next one must not find the one before signed in, whatever the database does. */
static void
test_sign_out_while_away(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  g_autoptr(SignIn) other =
      sign_in_begin(services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_autoptr(Caller) known = sign_in_check(services, other->token, ADDRESS, &error);
  guint before = count_audit(test, "sign-out");
  away_case_go_away(test);
  g_assert_true(sign_in_end(services, test->alice, &error));
  g_assert_no_error(error);
  g_assert_null(sign_in_check(services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_autoptr(Caller) there = sign_in_check(services, other->token, ADDRESS, &error); /* is another sign-in */
  g_assert_no_error(error);
  away_case_come_back(test);
  g_assert_null(sign_in_check(services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_assert_cmpuint(count_audit(test, "sign-out"), ==, before + 1);
  service_fixture_restart(test->fixture); /* the database itself knows */
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_autoptr(Caller) still = sign_in_check(test->fixture->services, other->token, ADDRESS, NULL);
  g_assert_nonnull(still);
}

/* A disk that is full lets the sign-in be read, but not be ended. */
static void
test_sign_out_on_a_full_disk(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  test->writes_fail = TRUE;
  test->code = CARAWAY_ERROR_NO_SPACE;
  g_assert_true(sign_in_end(test->fixture->services, test->alice, &error));
  g_assert_no_error(error);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
}

/* The answer to the commit of a sign-out was lost: it counts, and is done again. */
static void
test_sign_out_without_an_answer(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  test->answers_are_lost = TRUE;
  g_assert_true(sign_in_end(test->fixture->services, test->alice, &error));
  g_assert_no_error(error);
  test->answers_are_lost = FALSE;
  away_case_go_away(test);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  away_case_come_back(test);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_code(error, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_disabled_account_stays_out(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  const UserChange change = {.administrator = -1, .disabled = TRUE, .password_change_required = -1};
  g_autoptr(Caller) root = service_fixture_user(test->fixture, "root"); /* somebody has to be left */
  const UserChange promote = {.administrator = TRUE, .disabled = -1, .password_change_required = -1};
  g_autoptr(User) administrator =
      user_admin_change(test->fixture->services, test->fixture->admin, "root", &promote, 0, &error);
  g_autoptr(User) user =
      user_admin_change(test->fixture->services, test->fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  away_case_go_away(test);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

static void
test_rested_sign_in_ends(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  away_case_go_away(test);
  fake_clock_advance(&test->fixture->clock, 12 * 3600 * SECOND);
  g_assert_null(sign_in_check(test->fixture->services, test->token, ADDRESS, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

static void
test_ended_session_is_not_resumed(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) ended = session_control(test->fixture->services, test->alice, test->session->id,
                                             SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  service_fixture_catch_up(test->fixture);
  away_case_go_away(test);
  g_assert_null(service_fixture_connect(test->fixture, test->alice, NULL, &error));
  away_case_assert_away(g_steal_pointer(&error));
  g_assert_null(open_console(test, VIEWER_NATIVE, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

static void
test_second_device_asks(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) other = caller_new(test->alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  service_fixture_console(test->fixture, test->session, TRUE);
  service_fixture_catch_up(test->fixture);
  away_case_go_away(test);
  g_assert_null(service_fixture_connect(test->fixture, other, NULL, &error));
  away_case_assert_code(error, CARAWAY_ERROR_IN_USE_ELSEWHERE);
  g_clear_error(&error);
  const ConnectOptions taking = {.take_over = TRUE};
  g_autoptr(Session) taken = connect_pool(test->fixture->services, other, "office", &taking, &error);
  g_assert_no_error(error);
  g_assert_null(open_console(test, VIEWER_NATIVE, &error)); /* now it is the first that is elsewhere */
  away_case_assert_code(error, CARAWAY_ERROR_IN_USE_ELSEWHERE);
  g_clear_error(&error);
  away_case_come_back(test);
  g_assert_cmpuint(count_audit(test, "session.take-over"), ==, 1);
  g_assert_null(open_console(test, VIEWER_NATIVE, &error)); /* and the database knows that, too */
  away_case_assert_code(error, CARAWAY_ERROR_IN_USE_ELSEWHERE);
}

static void
assert_device(AwayCase *test, const char *device)
{
  g_autoptr(KnownSession) known =
      known_sessions_find(test->fixture->services->known_sessions, test->session->id);
  g_assert_cmpstr(known->session->device, ==, device);
}

/* Somebody was answered from memory while the database came back: all is read anew before that is written. */
static void
test_device_let_in_on_the_way_back(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  away_case_go_away(test);
  g_autoptr(Caller) other = caller_new(test->alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  const ConnectOptions taking = {.take_over = TRUE};
  g_autoptr(Session) taken = connect_pool(services, other, "office", &taking, &error);
  g_assert_no_error(error);
  away_case_come_back(test);
  assert_device(test, "other-device");
  known_sessions_set_device(services->known_sessions, test->session->id, "late");
  change_feed_miss(services->feed);
  service_fixture_catch_up(test->fixture);
  assert_device(test, "late");
  g_assert_true(services_tick(services, &error));
  service_fixture_catch_up(test->fixture);
  g_autoptr(Session) session = service_fixture_session(test->fixture, test->session->id);
  g_assert_cmpstr(session->device, ==, "late");
  assert_device(test, "late");
}

static void
test_closed_console_is_heard_of(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) other = caller_new(test->alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  service_fixture_console(test->fixture, test->session, TRUE);
  service_fixture_catch_up(test->fixture);
  away_case_go_away(test);
  const HostConsole closed = {.session = test->session->id,
                              .desktop = test->session->desktop_id,
                              .state = HOST_CONSOLE_DISCONNECTED,
                              .client = ADDRESS,
                              .viewer = "native"};
  g_assert_false(
      host_events_console(test->fixture->services, FIXTURE_HOST, test->fixture->term, &closed, &error));
  g_clear_error(&error);
  g_autoptr(Session) session = service_fixture_connect(test->fixture, other, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpint(session->state, ==, SESSION_DISCONNECTED);
}

static void
test_books_agree(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  guint grants = count_audit(test, "console.grant");
  away_case_go_away(test);
  for (guint i = 0; i < 600; i++) { /* more than one batch */
    g_autoptr(ConsoleAccess) access = open_console(test, VIEWER_NATIVE, &error);
    g_assert_no_error(error);
    fake_clock_advance(&test->fixture->clock, SECOND / 100);
  }
  g_assert_null(sign_in_begin(services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, NULL));
  ServicesHealth health;
  services_health(services, &health);
  g_assert_cmpuint(health.journal_entries, ==, 601);
  g_assert_false(health.can_write);
  away_case_come_back(test);
  services_health(services, &health);
  g_assert_cmpuint(health.journal_entries, ==, 0);
  g_assert_cmpuint(health.outages, ==, 1);
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) entries = audit_log_list(services, &page, NULL, &error);
  g_assert_no_error(error);
  const AuditEntry *refused = g_ptr_array_index(entries, 0); /* newest first */
  g_assert_cmpstr(refused->action, ==, "sign-in");
  g_assert_cmpstr(refused->code, ==, "database-unavailable");
  for (guint i = 1; i + 1 < entries->len && i < 400; i++) {
    const AuditEntry *newer = g_ptr_array_index(entries, i);
    const AuditEntry *older = g_ptr_array_index(entries, i + 1);
    g_assert_cmpint(newer->time_us - older->time_us, ==, SECOND / 100);
  }
  g_assert_cmpuint(count_audit(test, "console.grant"), <=, grants + 600);
  g_assert_cmpuint(test->renewals, >=, 1);
  service_fixture_check_invariants(test->fixture, 3);
}

static void
on_session(const Session *session, gpointer data)
{
  *(SessionState *)data = session->state;
}

static SessionState
heard(SessionState *state)
{
  while (g_main_context_iteration(NULL, FALSE))
    ;
  return *state;
}

/* Who begins to follow a session meanwhile sees what is known, and what became of it when that can be asked.
 */
static void
test_followers_hear(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  SessionState state = SESSION_REQUESTED;
  away_case_go_away(test);
  SessionSubscription *subscription = session_events_subscribe(
      test->fixture->services, test->alice, test->session->id, NULL, on_session, &state, &error);
  g_assert_no_error(error);
  g_assert_cmpint(heard(&state), ==, SESSION_READY);
  away_case_come_back(test);
  service_fixture_console(test->fixture, test->session, TRUE);
  service_fixture_catch_up(test->fixture);
  g_assert_cmpint(heard(&state), ==, SESSION_CONNECTED);
  session_events_unsubscribe(subscription);
}

/* The link broke while nothing could be written, and the host did not come back. */
static void
test_silence_is_written_later(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  away_case_go_away(test);
  test->fixture->link_open = FALSE;
  g_assert_false(host_events_silent(test->fixture->services, FIXTURE_HOST, test->fixture->term, &error));
  g_clear_error(&error);
  g_autoptr(ConsoleAccess) access = open_console(test, VIEWER_NATIVE, &error); /* its relay may well answer */
  g_assert_no_error(error);
  away_case_come_back(test);
  g_assert_null(open_console(test, VIEWER_NATIVE, &error));
  away_case_assert_code(error, CARAWAY_ERROR_HOST_GONE);
}

/* A hello is not answered by a welcome that names nothing: that would have the host destroy its desktops. */
static void
test_hello_is_put_off(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  const HostHello hello = {.host = FIXTURE_HOST, .boot_id = "boot-1", .agent_version = "0.1.0"};
  away_case_go_away(test);
  g_assert_null(host_events_hello(test->fixture->services, FIXTURE_HOST, &hello, &error));
  g_assert_true(database_watch_is_trouble(error));
  away_case_come_back(test);
  service_fixture_host_hello(test->fixture);
  service_fixture_settle(test->fixture);
  g_autoptr(Session) session = service_fixture_connect(test->fixture, test->alice, NULL, NULL);
  g_assert_cmpstr(session->id, ==, test->session->id);
}

static void
test_each_of_several(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.desktops_per_user = 2;
  g_autoptr(PoolStatus) pool =
      pool_admin_change(test->fixture->services, test->fixture->admin, "office", &settings, 0, &error);
  g_assert_no_error(error);
  const ConnectOptions another = {.another = TRUE};
  g_autoptr(Session) second = connect_pool(test->fixture->services, test->alice, "office", &another, &error);
  g_assert_no_error(error);
  service_fixture_settle(test->fixture);
  away_case_go_away(test);
  g_autoptr(GPtrArray) offers = connect_offers(test->fixture->services, test->alice, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(offers->len, ==, 1);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_cmpuint(offer->sessions->len, ==, 2);
  g_assert_cmpuint(((Session *)g_ptr_array_index(offer->sessions, 1))->slot, ==, 2);
  const ConnectOptions that = {.desktop = second->desktop_name};
  g_autoptr(Session) again = connect_pool(test->fixture->services, test->alice, "office", &that, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->id, ==, second->id);
  g_autoptr(Session) first = service_fixture_connect(test->fixture, test->alice, NULL, &error);
  g_assert_cmpstr(first->id, ==, test->session->id);
  g_assert_null(connect_pool(test->fixture->services, test->alice, "office", &another, &error));
  away_case_assert_away(g_steal_pointer(&error));
}

/* Fault 9: what can be read is read. */
static void
test_full_disk(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  Services *services = test->fixture->services;
  g_autoptr(Caller) bob = service_fixture_user(test->fixture, "bob");
  test->writes_fail = TRUE;
  test->code = CARAWAY_ERROR_NO_SPACE;
  fake_clock_advance(&test->fixture->clock, 120 * SECOND); /* the use of the sign-in is to be written down */
  g_autoptr(Caller) caller = sign_in_check(services, test->token, ADDRESS, &error);
  g_assert_no_error(error);
  g_autoptr(Session) again = service_fixture_connect(test->fixture, caller, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->id, ==, test->session->id);
  g_autoptr(GPtrArray) offers = connect_offers(services, bob, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(offers->len, ==, 1);
  g_assert_null(service_fixture_connect(test->fixture, bob, NULL, &error));
  away_case_assert_away(g_steal_pointer(&error));
  away_case_come_back(test);
  g_autoptr(Session) session = service_fixture_connect(test->fixture, bob, NULL, &error);
  g_assert_no_error(error);
  service_fixture_check_invariants(test->fixture, 3);
}

/* Fault 7 and 8: the answer to the commit is lost. The same key finds what was done, once. */
static void
test_commit_without_an_answer(AwayCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) bob = service_fixture_user(test->fixture, "bob");
  test->answers_are_lost = TRUE;
  g_assert_null(service_fixture_connect(test->fixture, bob, "key", &error));
  away_case_assert_code(error, CARAWAY_ERROR_DATABASE_AWAY);
  g_clear_error(&error);
  away_case_come_back(test);
  g_autoptr(Session) session = service_fixture_connect(test->fixture, bob, "key", &error);
  g_assert_no_error(error);
  g_autoptr(Session) again = service_fixture_connect(test->fixture, bob, "key", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session->id, ==, again->id);
  service_fixture_settle(test->fixture);
  service_fixture_check_invariants(test->fixture, 3);
}

/* A database that is back for moments only is tried less and less often: every return costs all hosts a
 * hello.
 */
static void
test_relapses_are_waited_out(AwayCase *test, gconstpointer data)
{
  Services *services = test->fixture->services;
  for (guint i = 0; i < 3; i++) {
    away_case_go_away(test);
    g_assert_null(sign_in_begin(services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, NULL));
    gint64 pause_us = database_return_pause_us(services);
    g_assert_cmpint(pause_us, ==, i == 0 ? 0 : (SECOND << i));
    test->reads_fail = test->writes_fail = FALSE;
    fake_clock_advance(&test->fixture->clock, pause_us);
    g_assert_true(services_tick(services, NULL));
    g_assert_cmpint(database_return_pause_us(services), ==, -1);
  }
}

#define ADD(name, function)                                                                                  \
  g_test_add("/service/database-away/" name, AwayCase, NULL, away_case_set_up, function, away_case_tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("owner", test_owner_comes_back);
  ADD("time", test_grants_carry_the_time_of_the_database);
  ADD("password/once", test_password_is_redeemed_once);
  ADD("password/outlives", test_password_outlives_the_outage);
  ADD("refused", test_all_else_is_refused);
  ADD("attempts", test_nobody_tries_but_the_mender);
  ADD("sign-in/ended", test_ended_sign_in_stays_ended);
  ADD("sign-in/lost-answer", test_sign_out_without_an_answer);
  ADD("sign-in/signed-out", test_sign_out_while_away);
  ADD("sign-in/full-disk", test_sign_out_on_a_full_disk);
  ADD("sign-in/disabled", test_disabled_account_stays_out);
  ADD("sign-in/rested", test_rested_sign_in_ends);
  ADD("session/ended", test_ended_session_is_not_resumed);
  ADD("session/elsewhere", test_second_device_asks);
  ADD("session/way-back", test_device_let_in_on_the_way_back);
  ADD("session/closed", test_closed_console_is_heard_of);
  ADD("session/several", test_each_of_several);
  ADD("books", test_books_agree);
  ADD("followers", test_followers_hear);
  ADD("host/silence", test_silence_is_written_later);
  ADD("host/hello", test_hello_is_put_off);
  ADD("full-disk", test_full_disk);
  ADD("lost-answer", test_commit_without_an_answer);
  ADD("relapses", test_relapses_are_waited_out);
  return g_test_run();
}
