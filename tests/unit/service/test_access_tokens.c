/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens: till when they are good, and for what. */
#include "broker/service/people/access_tokens.h"

#include "broker/service/housekeeping.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/store/user_store.h"
#include "common/base/secret.h"
#include "tests/unit/service/service_fixture.h"

#define PASSWORD "correct horse battery"
#define ADDRESS  "198.51.100.7"
#define HOUR_S   3600

typedef struct {
  ServiceFixture *fixture;
  Services *services;
  Caller *alice;
  char *text; /* of a token of alice's, for an hour */
} Case;

static char *
make(Case *test, const char *name, PermissionSet scopes)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  const NewAccessToken wanted = {.name = name, .scopes = scopes, .lifetime_s = HOUR_S};
  g_autoptr(AccessToken) token = access_tokens_create(test->services, test->alice, &wanted, &text, &error);
  g_assert_no_error(error);
  g_assert_null(strstr(text, token->token_hash));
  return text;
}

static Caller *
add_person(Case *test, const char *name)
{
  g_autoptr(GError) error = NULL;
  const NewUser person = {.name = name, .full_name = "", .password = PASSWORD};
  g_autoptr(User) user = user_admin_create(test->services, test->fixture->admin, &person, &error);
  g_assert_no_error(error);
  g_autofree char *device = g_strconcat("device-of-", name, NULL);
  Caller *caller = caller_new(user->id, user->name, FALSE, ADDRESS, device);
  service_fixture_sign_in(test->fixture, caller);
  return caller;
}

static void
set_up(Case *test, gconstpointer data)
{
  test->fixture = service_fixture_new();
  test->services = test->fixture->services;
  test->alice = add_person(test, "alice");
  test->text = make(test, "backup", PERMISSION_BIT(PERMISSION_OWN));
}

static void
tear_down(Case *test, gconstpointer data)
{
  secret_free(test->text);
  caller_free(test->alice);
  service_fixture_free(test->fixture);
}

static void
assert_good(Case *test, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = sign_in_check(test->services, text, ADDRESS, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(caller->user_name, ==, "alice");
}

static void
assert_refused(Case *test, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_check(test->services, text, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_scopes(Case *test, gconstpointer data)
{
  g_autoptr(Caller) caller = sign_in_check(test->services, test->text, ADDRESS, NULL);
  g_assert_cmpuint(caller->limit, ==, PERMISSION_BIT(PERMISSION_OWN));
  PermissionSet two = PERMISSION_BIT(PERMISSION_USER_READ) | PERMISSION_BIT(PERMISSION_POOL_READ);
  char *text = make(test, "reader", two);
  g_autoptr(Caller) reader = sign_in_check(test->services, text, ADDRESS, NULL);
  g_assert_cmpuint(reader->limit, ==, two);
  secret_free(text);
}

static void
test_end(Case *test, gconstpointer data)
{
  fake_clock_advance(&test->fixture->clock, (HOUR_S - 1) * (gint64)G_USEC_PER_SEC);
  assert_good(test, test->text); /* used or not, */
  fake_clock_advance(&test->fixture->clock, (gint64)G_USEC_PER_SEC);
  assert_refused(test, test->text); /* it ends */
}

/* Whoever changes a token in the middle, or at its end, has none. */
static void
test_changed_text(Case *test, gconstpointer data)
{
  for (gsize at = strlen(ACCESS_TOKEN_PREFIX); at < strlen(test->text); at += 7) {
    g_autofree char *changed = g_strdup(test->text);
    changed[at] = changed[at] == 'a' ? 'b' : 'a';
    assert_refused(test, changed);
  }
  assert_good(test, test->text);
}

static void
test_revoked(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  char *other = make(test, "other", PERMISSION_BIT(PERMISSION_OWN));
  g_assert_true(access_tokens_revoke(test->services, test->alice, "backup", &error));
  g_assert_no_error(error);
  assert_refused(test, test->text);
  assert_good(test, other);
  g_autoptr(Caller) bob = add_person(test, "bob");
  g_assert_false(access_tokens_revoke(test->services, bob, "other", &error)); /* it is not there for others */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  assert_good(test, other);
  g_assert_true(access_tokens_revoke_all(test->services, test->fixture->admin, "alice", &error));
  assert_refused(test, other);
  secret_free(other);
}

static guint
count(Case *test)
{
  g_autoptr(GPtrArray) tokens = access_tokens_list(test->services, test->alice, NULL, NULL);
  return tokens->len;
}

/* An expired one is in nobody's way, is seen for a week, and is gone after that. */
static void
test_expired_go(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 1; i < ACCESS_TOKENS_OF_ACCOUNT; i++) {
    g_autofree char *name = g_strdup_printf("number %u", i);
    secret_free(make(test, name, PERMISSION_BIT(PERMISSION_OWN)));
  }
  const NewAccessToken more = {
      .name = "one more", .scopes = PERMISSION_BIT(PERMISSION_OWN), .lifetime_s = HOUR_S};
  char *text = NULL;
  g_assert_null(access_tokens_create(test->services, test->alice, &more, &text, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  fake_clock_advance(&test->fixture->clock, HOUR_S * (gint64)G_USEC_PER_SEC);
  secret_free(make(test, "one more", PERMISSION_BIT(PERMISSION_OWN)));
  secret_free(make(test, "backup", PERMISSION_BIT(PERMISSION_OWN))); /* in place of the one that was */
  g_assert_cmpuint(count(test), ==, ACCESS_TOKENS_OF_ACCOUNT + 1);
  service_fixture_settle(test->fixture);
  g_clear_error(&error);
  g_assert_true(housekeeping_delete_expired(test->services, &error));
  g_assert_cmpuint(count(test), ==, ACCESS_TOKENS_OF_ACCOUNT + 1);
  fake_clock_advance(&test->fixture->clock, (7 * 24 * HOUR_S + 1) * (gint64)G_USEC_PER_SEC);
  g_assert_true(housekeeping_delete_expired(test->services, &error));
  g_assert_cmpuint(count(test), ==, 2);
}

/* What was asked for by a sign-in that ended before it was done. */
static void
test_sign_in_ended_meanwhile(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  const NewAccessToken wanted = {
      .name = "late", .scopes = PERMISSION_BIT(PERMISSION_OWN), .lifetime_s = HOUR_S};
  char *text = NULL;
  g_assert_true(sign_in_end(test->services, test->alice, &error));
  g_assert_null(access_tokens_create(test->services, test->alice, &wanted, &text, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_disabled_account(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  UserChange change = USER_CHANGE_NONE;
  change.disabled = TRUE;
  g_autoptr(User) user = user_admin_change(test->services, test->fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  assert_refused(test, test->text);
}

/* An administrator sets a password because somebody else may know the old one. */
static void
test_password_reset(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(user_admin_set_password(test->services, test->fixture->admin, "alice",
                                        "another good password", FALSE, &error));
  g_assert_no_error(error);
  assert_refused(test, test->text);
}

#define ADD(name, function) g_test_add("/access-tokens/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("scopes", test_scopes);
  ADD("end", test_end);
  ADD("changed-text", test_changed_text);
  ADD("expired-go", test_expired_go);
  ADD("signed-out", test_sign_in_ended_meanwhile);
  ADD("revoked", test_revoked);
  ADD("disabled-account", test_disabled_account);
  ADD("password-reset", test_password_reset);
  return g_test_run();
}
