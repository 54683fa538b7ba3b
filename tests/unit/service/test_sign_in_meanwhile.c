/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a password takes its time. What becomes of the account, or of the sign-in, meanwhile counts. */
#include "broker/service/people/sign_in.h"
#include "broker/service/people/sign_in_list.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/services_private.h"
#include "tests/unit/service/service_fixture.h"
#include "tests/unit/service/stand_in_authenticator.h"

#define PASSWORD "correct horse battery"
#define RESET    "chosen by somebody else"
#define CHANGED  "chosen by the owner alone"

static const SignInOrigin ORIGIN = {.address = "198.51.100.7"};

typedef struct {
  ServiceFixture *fixture;
  Services *services;
  StandInAuthenticator *stand_in;
  SignIn *begun; /* of alice, before anything */
  Caller *alice;
} Case;

static void
add_alice(Case *test)
{
  g_autoptr(GError) error = NULL;
  const NewUser alice = {.name = "alice", .full_name = "Alice", .password = PASSWORD};
  g_autoptr(User) user = user_admin_create(test->services, test->fixture->admin, &alice, &error);
  g_assert_no_error(error);
}

static void
set_up(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  test->fixture = service_fixture_new();
  test->services = test->fixture->services;
  add_alice(test);
  test->begun = sign_in_begin(test->services, "alice", PASSWORD, &ORIGIN, &error);
  g_assert_no_error(error);
  test->alice = sign_in_check(test->services, test->begun->token, ORIGIN.address, &error);
  g_assert_no_error(error);
  test->stand_in = stand_in_authenticator_new(test->services);
  test->stand_in->data = test;
}

static void
tear_down(Case *test, gconstpointer data)
{
  stand_in_authenticator_free(test->stand_in);
  caller_free(test->alice);
  sign_in_free(test->begun);
  service_fixture_free(test->fixture);
}

static void
reset(gpointer data)
{
  Case *test = data;
  g_autoptr(GError) error = NULL;
  g_assert_true(user_admin_set_password(test->services, test->fixture->admin, "alice", RESET, FALSE, &error));
  g_assert_no_error(error);
}

static void
delete_and_add(gpointer data)
{
  Case *test = data;
  g_autoptr(GError) error = NULL;
  g_assert_true(user_admin_delete(test->services, test->fixture->admin, "alice", &error));
  g_assert_no_error(error);
  add_alice(test);
}

static void
end_sign_in(gpointer data)
{
  Case *test = data;
  g_autoptr(GError) error = NULL;
  g_assert_true(sign_in_end(test->services, test->alice, &error));
  g_assert_no_error(error);
}

static void
sign_in_refused(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_begin(test->services, "alice", PASSWORD, &ORIGIN, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

static void
change_refused(Case *test, CarawayErrorCode code)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(sign_in_change_password(test->services, test->alice, PASSWORD, CHANGED, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)code);
}

/* That and no other is the password of alice. */
static void
assert_password(Case *test, const char *password)
{
  static const char *const all[] = {PASSWORD, RESET, CHANGED};
  test->stand_in->meanwhile = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
    g_autoptr(SignIn) begun = sign_in_begin(test->services, "alice", all[i], &ORIGIN, NULL);
    g_assert_cmpint(begun != NULL, ==, g_str_equal(all[i], password));
  }
}

static void
test_sign_in_while_it_is_reset(Case *test, gconstpointer data)
{
  test->stand_in->meanwhile = reset;
  sign_in_refused(test);
  assert_password(test, RESET);
}

/* The same name, even the same password: another account all the same. */
static void
test_sign_in_while_it_is_made_anew(Case *test, gconstpointer data)
{
  test->stand_in->meanwhile = delete_and_add;
  sign_in_refused(test);
}

static void
test_change_while_it_is_reset(Case *test, gconstpointer data)
{
  test->stand_in->meanwhile = reset;
  change_refused(test, CARAWAY_ERROR_UNAUTHENTICATED);
  assert_password(test, RESET);
}

static void
change_elsewhere(gpointer data)
{
  Case *test = data;
  g_autoptr(GError) error = NULL;
  test->stand_in->meanwhile = NULL;
  g_assert_true(sign_in_change_password(test->services, test->alice, PASSWORD, RESET, &error));
  g_assert_no_error(error);
}

/* Twice at once by the same sign-in: the first one counts. */
static void
test_change_while_it_is_changed(Case *test, gconstpointer data)
{
  test->stand_in->meanwhile = change_elsewhere;
  change_refused(test, CARAWAY_ERROR_BAD_CREDENTIALS);
  assert_password(test, RESET);
}

static void
test_change_while_the_sign_in_ends(Case *test, gconstpointer data)
{
  test->stand_in->meanwhile = end_sign_in;
  change_refused(test, CARAWAY_ERROR_UNAUTHENTICATED);
  assert_password(test, PASSWORD);
}

#define ADD(path, function) g_test_add(path, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("/sign-in-meanwhile/reset", test_sign_in_while_it_is_reset);
  ADD("/sign-in-meanwhile/anew", test_sign_in_while_it_is_made_anew);
  ADD("/sign-in-meanwhile/change/reset", test_change_while_it_is_reset);
  ADD("/sign-in-meanwhile/change/changed", test_change_while_it_is_changed);
  ADD("/sign-in-meanwhile/change/signed-out", test_change_while_the_sign_in_ends);
  return g_test_run();
}
