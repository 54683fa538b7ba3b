/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in.h"

#include "broker/service/audit_log.h"
#include "broker/service/people/password_proof.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/rights/rights.h"
#include "broker/service/setup.h"
#include "broker/service/work.h"
#include "broker/store/user_store.h"
#include "tests/unit/service/service_fixture.h"

#define PASSWORD "correct horse battery"
#define ADDRESS  "198.51.100.7"
#define HOUR_US  (3600 * (gint64)G_USEC_PER_SEC)

static ServiceFixture *
fixture_with_alice(void)
{
  ServiceFixture *fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  g_assert_true(setup_first_administrator(fixture->services, "root", PASSWORD, TRUE, &error));
  g_assert_no_error(error);
  const NewUser alice = {.name = "alice", .full_name = "Alice", .password = PASSWORD};
  g_autoptr(User) user = user_admin_create(fixture->services, fixture->admin, &alice, &error);
  g_assert_no_error(error);
  return fixture;
}

static Caller *
sign_in(ServiceFixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(fixture->services, name, PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
  Caller *caller = sign_in_check(fixture->services, begun->token, ADDRESS, &error);
  g_assert_no_error(error);
  return caller;
}

static void
test_first_administrator_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  gboolean needed = FALSE;
  g_assert_true(setup_needed(fixture->services, &needed, &error));
  g_assert_true(needed);
  g_assert_false(setup_first_administrator(fixture->services, "root", "short", TRUE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WEAK_PASSWORD);
  g_clear_error(&error);
  g_assert_true(setup_first_administrator(fixture->services, "root", PASSWORD, TRUE, &error));
  g_assert_true(setup_needed(fixture->services, &needed, &error));
  g_assert_false(needed);
  g_assert_false(setup_first_administrator(fixture->services, "second", PASSWORD, TRUE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_autoptr(Caller) root = sign_in(fixture, "root");
  g_assert_true(rights_check_now(fixture->services, root, PERMISSION_HOST_MANAGE, OBJECT_ROOT, REACH_ALL,
                                 NULL, &error));
  g_assert_true(root->password_change_required);
}

static void
test_wrong_credentials(void)
{
  static const struct {
    const char *name, *password;
  } wrong[] = {{"alice", "wrong"},     {"alice", ""}, {"nobody", PASSWORD},
               {"*)(uid=*", PASSWORD}, {"", ""},      {"ALICE", PASSWORD}};
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(sign_in_begin(fixture->services, wrong[i].name, wrong[i].password,
                                &(SignInOrigin){.address = ADDRESS}, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
}

static void
test_guessing_is_slowed_down(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < 6; i++) {
    g_clear_error(&error);
    g_assert_null(
        sign_in_begin(fixture->services, "alice", "wrong", &(SignInOrigin){.address = ADDRESS}, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
  g_clear_error(&error);
  g_assert_null(
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED);
  g_clear_error(&error);
  g_autoptr(SignIn) elsewhere =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = "203.0.113.1"}, &error);
  g_assert_no_error(error);
  fake_clock_advance(&fixture->clock, 2 * (gint64)G_USEC_PER_SEC);
  g_autoptr(SignIn) later =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
}

/* Who guesses gains nothing by the end of a broker. */
static void
test_guessing_is_remembered_over_a_restart(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < 6; i++) {
    g_clear_error(&error);
    g_assert_null(
        sign_in_begin(fixture->services, "alice", "wrong", &(SignInOrigin){.address = ADDRESS}, &error));
  }
  service_fixture_restart(fixture);
  g_clear_error(&error);
  g_assert_null(
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED);
  g_clear_error(&error);
  fake_clock_advance(&fixture->clock, 2 * (gint64)G_USEC_PER_SEC);
  g_autoptr(SignIn) later =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
  service_fixture_restart(fixture); /* what failed before that does not count any more */
  g_assert_null(
      sign_in_begin(fixture->services, "alice", "wrong", &(SignInOrigin){.address = ADDRESS}, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  g_autoptr(SignIn) again =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
}

static void
test_token_ends(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_assert_no_error(error);
  for (guint hours = 0; hours < 24 * 7; hours += 11) { /* used often enough, it lives to its limit */
    g_autoptr(Caller) caller = sign_in_check(fixture->services, begun->token, ADDRESS, &error);
    g_assert_no_error(error);
    fake_clock_advance(&fixture->clock, 11 * HOUR_US);
  }
  g_assert_null(sign_in_check(fixture->services, begun->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_autoptr(SignIn) idle =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  fake_clock_advance(&fixture->clock, 12 * HOUR_US);
  g_assert_null(sign_in_check(fixture->services, idle->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_sign_out(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_autoptr(Caller) caller = sign_in_check(fixture->services, begun->token, ADDRESS, &error);
  g_assert_true(sign_in_end(fixture->services, caller, &error));
  g_assert_null(sign_in_check(fixture->services, begun->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_password_change(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) other =
      sign_in_begin(fixture->services, "root", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_autoptr(Caller) root = sign_in(fixture, "root");
  g_assert_false(sign_in_change_password(fixture->services, root, "wrong", "another good one", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  g_assert_false(sign_in_change_password(fixture->services, root, PASSWORD, "root", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WEAK_PASSWORD);
  g_assert_cmpuint(g_strv_length((GStrv)error_get_reasons(error)), ==, 2);
  g_clear_error(&error);
  g_assert_true(sign_in_change_password(fixture->services, root, PASSWORD, "another good one", &error));
  g_autoptr(User) user = sign_in_user(fixture->services, root, &error);
  g_assert_false(user->password_change_required);
  g_assert_null(sign_in_check(fixture->services, other->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_disabled_account(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  UserChange change = USER_CHANGE_NONE;
  change.disabled = TRUE;
  g_autoptr(User) user = user_admin_change(fixture->services, fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  g_assert_null(sign_in_check(fixture->services, begun->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_assert_null(
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

/* Each place that looks for it by itself, whatever another one did or did not do before. */
static void
test_disabled_account_is_nobody_anywhere(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(fixture->services, "alice", PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error);
  g_autoptr(User) alice = user_admin_get(fixture->services, "alice", &error);
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  alice->disabled = TRUE;
  g_assert_true(user_store_update(work->transaction, alice, &error)); /* and nothing that comes with it */
  g_assert_true(work_commit(work, &error));
  g_assert_no_error(error);
  g_assert_null(sign_in_check(fixture->services, begun->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_auto(ProvenAccount) proven = {0};
  g_assert_false(password_proof_check(fixture->services, "alice", PASSWORD, ADDRESS, &proven, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  const SignInEntry entry = {.user_id = alice->id, .method = "another", .address = ADDRESS};
  g_assert_null(sign_in_enter(fixture->services, &entry, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

/* There is one name to sign in with, and to be slowed by. */
static void
test_id_is_no_name(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(User) alice = user_admin_get(fixture->services, "alice", &error);
  g_assert_null(
      sign_in_begin(fixture->services, alice->id, PASSWORD, &(SignInOrigin){.address = ADDRESS}, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

/* Whoever comes by a token does not get at the password by it. */
static void
test_guessing_the_old_password_is_slowed_down(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = sign_in(fixture, "alice");
  for (guint i = 0; i < 6; i++) {
    g_clear_error(&error);
    g_assert_false(sign_in_change_password(fixture->services, alice, "wrong", "another good one", &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
  g_clear_error(&error);
  g_assert_false(sign_in_change_password(fixture->services, alice, PASSWORD, "another good one", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED);
}

static void
test_last_administrator_stays(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  UserChange disable = USER_CHANGE_NONE, demote = USER_CHANGE_NONE;
  disable.disabled = TRUE;
  demote.administrator = FALSE;
  g_assert_null(user_admin_change(fixture->services, fixture->admin, "root", &disable, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_null(user_admin_change(fixture->services, fixture->admin, "root", &demote, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(user_admin_delete(fixture->services, fixture->admin, "root", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_autoptr(User) root = user_admin_get(fixture->services, "root", NULL);
  g_assert_false(root->disabled);
}

static void
test_stale_version(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  UserChange change = USER_CHANGE_NONE;
  change.full_name = "Alice A.";
  g_autoptr(User) first = user_admin_change(fixture->services, fixture->admin, "alice", &change, 1, &error);
  g_assert_no_error(error);
  g_assert_cmpint(first->version, ==, 2);
  g_assert_null(user_admin_change(fixture->services, fixture->admin, "alice", &change, 1, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE);
}

/* I8: told, and no secret. */
static void
test_audit(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_begin(fixture->services, "alice", "hunter2 hunter2",
                              &(SignInOrigin){.address = ADDRESS}, &error));
  g_clear_error(&error);
  g_autoptr(Caller) alice = sign_in(fixture, "alice");
  const Page page = {.limit = 2};
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) rows = audit_log_list(fixture->services, &page, &next, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(rows->len, ==, 2);
  g_assert_nonnull(next);
  const AuditEntry *good = g_ptr_array_index(rows, 0), *bad = g_ptr_array_index(rows, 1);
  g_assert_cmpstr(good->action, ==, "sign-in");
  g_assert_true(good->succeeded);
  g_assert_cmpstr(good->actor, ==, "alice");
  g_assert_cmpstr(bad->code, ==, "wrong-name-or-password");
  g_assert_cmpstr(bad->address, ==, ADDRESS);
  g_assert_false(bad->succeeded);
  g_assert_null(strstr(bad->detail, "hunter2"));
}

/* A password that somebody typed as a name may look like one. */
static void
test_audit_names_accounts_alone(void)
{
  static const struct {
    const char *typed, *object;
  } rows[] = {{"alice", "user/alice"}, {"hunter2", "user/(unknown name)"}, {"Hunter 2", "user/(not a name)"}};
  g_autoptr(ServiceFixture) fixture = fixture_with_alice();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Page page = {.limit = 1};
    g_autoptr(SignIn) begun =
        sign_in_begin(fixture->services, rows[i].typed, "wrong", &(SignInOrigin){.address = ADDRESS}, NULL);
    g_assert_null(begun);
    g_autoptr(GPtrArray) last = audit_log_list(fixture->services, &page, NULL, NULL);
    const AuditEntry *entry = g_ptr_array_index(last, 0);
    g_assert_cmpstr(entry->action, ==, "sign-in");
    g_assert_cmpstr(entry->object, ==, rows[i].object);
    g_assert_null(strstr(entry->detail, "unter"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sign-in/first-administrator", test_first_administrator_once);
  g_test_add_func("/sign-in/wrong", test_wrong_credentials);
  g_test_add_func("/sign-in/throttle", test_guessing_is_slowed_down);
  g_test_add_func("/sign-in/throttle/restart", test_guessing_is_remembered_over_a_restart);
  g_test_add_func("/sign-in/token-ends", test_token_ends);
  g_test_add_func("/sign-in/sign-out", test_sign_out);
  g_test_add_func("/sign-in/password-change", test_password_change);
  g_test_add_func("/sign-in/disabled", test_disabled_account);
  g_test_add_func("/sign-in/disabled/anywhere", test_disabled_account_is_nobody_anywhere);
  g_test_add_func("/sign-in/id", test_id_is_no_name);
  g_test_add_func("/sign-in/old-password", test_guessing_the_old_password_is_slowed_down);
  g_test_add_func("/sign-in/last-administrator", test_last_administrator_stays);
  g_test_add_func("/sign-in/stale-version", test_stale_version);
  g_test_add_func("/sign-in/audit", test_audit);
  g_test_add_func("/sign-in/audit/names", test_audit_names_accounts_alone);
  return g_test_run();
}
