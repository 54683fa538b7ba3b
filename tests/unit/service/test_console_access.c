/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit_log.h"
#include "broker/service/connect/console_access.h"

#include "broker/service/people/sign_in.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

typedef struct {
  ServiceFixture *fixture;
  Caller *alice;
  Session *session;
} Case;

static void
case_init(Case *test)
{
  g_autoptr(GError) error = NULL;
  test->fixture = service_fixture_new();
  service_fixture_pool(test->fixture, 2, 1);
  service_fixture_settle(test->fixture);
  test->alice = service_fixture_user(test->fixture, "alice");
  test->session = service_fixture_connect(test->fixture, test->alice, NULL, &error);
  g_assert_no_error(error);
}

static void
case_clear(Case *test)
{
  session_free(test->session);
  caller_free(test->alice);
  service_fixture_free(test->fixture);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static ConsoleAccess *
password(Case *test)
{
  g_autoptr(GError) error = NULL;
  ConsoleAccess *access = console_access_create(test->fixture->services, test->alice, test->session->id,
                                                VIEWER_VV, FALSE, &error);
  g_assert_no_error(error);
  return access;
}

/* Both ways lead to the same: the plain one for many at once, and the general one, which a console that is
 * open already takes. */
static void
test_plain_and_general_grant_are_alike(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  Services *services = test.fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) plain =
      console_access_create(services, test.alice, test.session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(grant_batch_count(services->grant_batch), ==, 1);
  service_fixture_console(test.fixture, test.session, TRUE);
  g_autoptr(ConsoleAccess) general =
      console_access_create(services, test.alice, test.session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(grant_batch_count(services->grant_batch), ==, 1);
  g_assert_cmpstr(plain->grant, ==, general->grant);
  g_assert_cmpint(plain->expires_us, ==, general->expires_us);
  g_assert_cmpstr(plain->session_id, ==, general->session_id);
  g_assert_cmpstr(plain->desktop_name, ==, general->desktop_name);
  g_assert_cmpstr(plain->pool_name, ==, general->pool_name);
  g_assert_cmpstr(plain->relay_address, ==, general->relay_address);
  g_assert_cmpuint(plain->relay_port, ==, general->relay_port);
  g_assert_cmpstr(plain->relay_identity, ==, general->relay_identity);
}

static void
test_native_gets_a_grant(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = console_access_create(test.fixture->services, test.alice,
                                                          test.session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  g_autofree char *expected =
      g_strdup_printf("grant %s %s 1.2 native", test.session->id, test.session->desktop_id);
  g_assert_cmpstr(access->grant, ==, expected);
  g_assert_null(access->password);
  g_assert_cmpint(access->expires_us, ==, test.fixture->clock.wall_us + 30 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpstr(access->relay_address, ==, "192.0.2.10");
  g_assert_cmpint(access->relay_port, ==, 8444);
  g_assert_cmpstr(access->relay_identity, ==, "relay/kvm1");
}

/* A viewer that comes back by itself must not undo that; a person who connects does. */
static void
test_who_was_sent_away_connects_anew(void)
{
  static const SessionControl CONTROLS[] = {SESSION_CONTROL_DISCONNECT, SESSION_CONTROL_LOCK};
  for (gsize i = 0; i < G_N_ELEMENTS(CONTROLS); i++) {
    g_auto(Case) test = {NULL};
    case_init(&test);
    Services *services = test.fixture->services;
    g_autoptr(GError) error = NULL;
    g_autoptr(Session) sent = session_control(services, test.alice, test.session->id, CONTROLS[i], &error);
    g_assert_no_error(error);
    g_assert_null(
        console_access_create(services, test.alice, test.session->id, VIEWER_NATIVE, FALSE, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DISCONNECTED);
    g_clear_error(&error);
    g_autoptr(Session) again = service_fixture_connect(test.fixture, test.alice, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->id, ==, test.session->id);
    g_autoptr(ConsoleAccess) access =
        console_access_create(services, test.alice, test.session->id, VIEWER_NATIVE, FALSE, &error);
    g_assert_no_error(error);
    g_assert_nonnull(access->grant);
  }
}

static void
test_password_is_redeemed_once(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = password(&test);
  g_assert_cmpuint(strlen(access->password), <=, 60);
  g_assert_null(console_access_redeem(test.fixture->services, access->password, "relay", "kvm2", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID);
  g_clear_error(&error);
  g_autofree char *grant =
      console_access_redeem(test.fixture->services, access->password, "relay", "kvm1", &error);
  g_assert_no_error(error);
  g_assert_true(g_str_has_suffix(grant, " vv"));
  g_assert_null(console_access_redeem(test.fixture->services, access->password, "portal", "p1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_USED);
}

static void
test_password_expires(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = password(&test);
  fake_clock_advance(&test.fixture->clock, 120 * (gint64)G_USEC_PER_SEC);
  g_assert_null(console_access_redeem(test.fixture->services, access->password, "portal", "p1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_EXPIRED);
}

static void
test_password_ends_with_its_session(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = password(&test);
  g_autoptr(Session) ended =
      session_control(test.fixture->services, test.alice, test.session->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_no_error(error);
  g_assert_null(console_access_redeem(test.fixture->services, access->password, "portal", "p1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED);
  g_clear_error(&error);
  g_assert_null(console_access_create(test.fixture->services, test.alice, test.session->id, VIEWER_NATIVE,
                                      FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED);
}

/* Fault 16: what was asked for before signing out opens nothing after it. */
static void
test_password_ends_with_its_sign_in(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = password(&test);
  g_assert_true(sign_in_end(test.fixture->services, test.alice, &error));
  g_assert_no_error(error);
  g_assert_null(console_access_redeem(test.fixture->services, access->password, "portal", "p1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID);
}

static void
test_password_outlives_the_sign_in_of_another_device(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) other = caller_new(test.alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  g_autoptr(ConsoleAccess) access = password(&test);
  g_assert_true(sign_in_end(test.fixture->services, other, &error));
  g_autofree char *grant =
      console_access_redeem(test.fixture->services, access->password, "portal", "p1", &error);
  g_assert_no_error(error);
  g_assert_nonnull(grant);
}

static void
test_unknown_password(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_assert_null(console_access_redeem(test.fixture->services, "guessed", "portal", "p1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID);
}

static void
test_same_device_comes_back(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) first = password(&test);
  service_fixture_console(test.fixture, test.session, TRUE);
  g_autoptr(ConsoleAccess) again = password(&test); /* reconnecting after a line that broke unnoticed */
  g_autoptr(Caller) other = caller_new(test.alice->user_id, "alice", FALSE, "203.0.113.9", "other-device");
  g_assert_null(
      console_access_create(test.fixture->services, other, test.session->id, VIEWER_NATIVE, FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IN_USE_ELSEWHERE);
  g_clear_error(&error);
  g_autoptr(ConsoleAccess) taken =
      console_access_create(test.fixture->services, other, test.session->id, VIEWER_NATIVE, TRUE, &error);
  g_assert_no_error(error);
  g_assert_null(console_access_create(test.fixture->services, test.alice, test.session->id, VIEWER_NATIVE,
                                      FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IN_USE_ELSEWHERE);
}

static void
test_nobody_else(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) bob = service_fixture_user(test.fixture, "bob");
  g_assert_null(
      console_access_create(test.fixture->services, bob, test.session->id, VIEWER_NATIVE, TRUE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(console_access_create(test.fixture->services, test.fixture->admin, test.session->id,
                                      VIEWER_NATIVE, TRUE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN);
}

static void
test_host_away(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  service_fixture_host_silent(test.fixture);
  g_assert_null(console_access_create(test.fixture->services, test.alice, test.session->id, VIEWER_NATIVE,
                                      FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE);
}

/* What was asked for is audited as text, however it was cut. */
static void
test_refusals_are_audited_as_text(void)
{
  g_auto(Case) test = {NULL};
  case_init(&test);
  g_autoptr(GError) error = NULL;
  const char *id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9"; /* 35 and a character of two bytes */
  g_assert_null(console_access_create(test.fixture->services, test.alice, id, VIEWER_NATIVE, FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_autofree char *next = NULL;
  const Page page = {.limit = 1};
  g_autoptr(GPtrArray) entries = audit_log_list(test.fixture->services, &page, &next, &error);
  g_assert_no_error(error);
  const AuditEntry *entry = g_ptr_array_index(entries, 0);
  g_assert_cmpstr(entry->object, ==, "session/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/console-access/plain-and-general", test_plain_and_general_grant_are_alike);
  g_test_add_func("/console/sent-away", test_who_was_sent_away_connects_anew);
  g_test_add_func("/console/native", test_native_gets_a_grant);
  g_test_add_func("/console/password/once", test_password_is_redeemed_once);
  g_test_add_func("/console/password/expires", test_password_expires);
  g_test_add_func("/console/password/session-ended", test_password_ends_with_its_session);
  g_test_add_func("/console/password/signed-out", test_password_ends_with_its_sign_in);
  g_test_add_func("/console/password/other-device", test_password_outlives_the_sign_in_of_another_device);
  g_test_add_func("/console/password/unknown", test_unknown_password);
  g_test_add_func("/console/same-device", test_same_device_comes_back);
  g_test_add_func("/console/nobody-else", test_nobody_else);
  g_test_add_func("/console/host-away", test_host_away);
  g_test_add_func("/console/audited-as-text", test_refusals_are_audited_as_text);
  return g_test_run();
}
