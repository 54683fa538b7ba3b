/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody is locked out by the guesses of others: a known device is slowed by its own failures alone. */
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/services_private.h"
#include "tests/unit/service/service_fixture.h"
#include "tests/unit/service/stand_in_authenticator.h"

#define PASSWORD "correct horse battery"
#define HOME     "198.51.100.7"
#define DAY_US   (24 * 3600 * (gint64)G_USEC_PER_SEC)

static ServiceFixture *
fixture_with_people(void)
{
  ServiceFixture *fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  static const char *const names[] = {"alice", "bob"};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    const NewUser person = {.name = names[i], .full_name = "", .password = PASSWORD};
    g_autoptr(User) user = user_admin_create(fixture->services, fixture->admin, &person, &error);
    g_assert_no_error(error);
  }
  return fixture;
}

/* The device token of the new sign-in (transfer full); NULL with @ret_code. */
static char *
try(ServiceFixture *fixture, const char *name, const char *password, const char *address, const char *device,
    int *ret_code)
{
  g_autoptr(GError) error = NULL;
  const SignInOrigin origin = {.address = address, .device = device};
  g_autoptr(SignIn) sign_in = sign_in_begin(fixture->services, name, password, &origin, &error);
  *ret_code = error != NULL ? error->code : 0;
  return sign_in != NULL ? g_steal_pointer(&sign_in->device) : NULL;
}

static char *
sign_in(ServiceFixture *fixture, const char *name, const char *device)
{
  int code;
  char *next = try(fixture, name, PASSWORD, HOME, device, &code);
  g_assert_cmpint(code, ==, 0);
  return next;
}

static int
fail(ServiceFixture *fixture, const char *name, const char *address, const char *device)
{
  int code;
  g_assert_null(try(fixture, name, "wrong", address, device, &code));
  return code;
}

static int
code_of_right_password(ServiceFixture *fixture, const char *name, const char *address, const char *device)
{
  int code;
  g_autofree char *next = try(fixture, name, PASSWORD, address, device, &code);
  return code;
}

/* Straight into the memory of failures: each of them would cost a hash. */
static void
attack(ServiceFixture *fixture, const char *name, guint places)
{
  for (guint i = 0; i < places; i++) {
    g_autofree char *address = g_strdup_printf("203.0.113.%u", i % 200);
    gint64 now_us = clock_boottime_us(fixture->services->clock);
    sign_in_throttle_note(fixture->services->throttle, &(Guess){GUESS_PASSWORD, name, address},
                          GUESS_WAS_WRONG, now_us);
    sign_in_throttle_note(fixture->services->throttle, &(Guess){GUESS_PASSWORD, name, HOME}, GUESS_WAS_WRONG,
                          now_us);
  }
}

static void
test_others_cannot_lock_a_known_device_out(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_people();
  g_autofree char *device = sign_in(fixture, "alice", NULL);
  attack(fixture, "alice", 300);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, NULL), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", "192.0.2.99", NULL), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, device), ==, 0);
}

static void
test_a_known_device_is_slowed_by_its_own_failures(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_people();
  g_autofree char *device = sign_in(fixture, "alice", NULL);
  for (guint i = 0; i < 6; i++) /* from wherever */
    g_assert_cmpint(fail(fixture, "alice", i % 2 ? HOME : "192.0.2.1", device), ==,
                    CARAWAY_ERROR_BAD_CREDENTIALS);
  g_assert_cmpint(code_of_right_password(fixture, "alice", "192.0.2.2", device), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, NULL), ==, 0); /* others are not */
  service_fixture_restart(fixture);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, device), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, NULL), ==, 0); /* nor by what is recalled */
  fake_clock_advance(&fixture->clock, 2 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, device), ==, 0);
}

static void
test_a_device_is_known_for_one_account(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_people();
  g_autofree char *device = sign_in(fixture, "bob", NULL);
  attack(fixture, "alice", 300);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, device), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, "made up"), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, ""), ==, CARAWAY_ERROR_THROTTLED);
}

static void
test_tokens_rotate_and_expire(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_people();
  g_autofree char *first = sign_in(fixture, "alice", NULL);
  g_autofree char *second = sign_in(fixture, "alice", first);
  g_assert_cmpstr(first, !=, second);
  attack(fixture, "alice", 300);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, first), ==, CARAWAY_ERROR_THROTTLED);
  fake_clock_advance(&fixture->clock, 181 * DAY_US);
  attack(fixture, "alice", 300);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, second), ==, CARAWAY_ERROR_THROTTLED);
}

typedef struct {
  ServiceFixture *fixture;
  const char *device;
  gboolean is_second;
} Pair;

static void
second_try(gpointer data)
{
  Pair *pair = data;
  if (!pair->is_second) {
    pair->is_second = TRUE;
    g_assert_cmpint(fail(pair->fixture, "alice", HOME, pair->device), ==, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
}

static void
test_none_of_two_at_once_is_lost(void)
{
  g_autoptr(ServiceFixture) fixture = fixture_with_people();
  g_autofree char *device = sign_in(fixture, "alice", NULL);
  StandInAuthenticator *stand_in = stand_in_authenticator_new(fixture->services);
  for (guint i = 0; i < 3; i++) { /* twice each */
    Pair pair = {fixture, device, FALSE};
    stand_in->meanwhile = second_try;
    stand_in->data = &pair;
    g_assert_cmpint(fail(fixture, "alice", HOME, device), ==, CARAWAY_ERROR_BAD_CREDENTIALS);
    g_assert_true(pair.is_second);
  }
  stand_in_authenticator_free(stand_in);
  g_assert_cmpint(code_of_right_password(fixture, "alice", HOME, device), ==, CARAWAY_ERROR_THROTTLED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/known-device/not-locked-out", test_others_cannot_lock_a_known_device_out);
  g_test_add_func("/known-device/own-failures", test_a_known_device_is_slowed_by_its_own_failures);
  g_test_add_func("/known-device/at-once", test_none_of_two_at_once_is_lost);
  g_test_add_func("/known-device/one-account", test_a_device_is_known_for_one_account);
  g_test_add_func("/known-device/rotation", test_tokens_rotate_and_expire);
  return g_test_run();
}
