/* SPDX-License-Identifier: Apache-2.0 */
/* What a guess costs: whoever guesses gains nothing by odd names or by many tries at once, and locks nobody
 * else out. */
#include "broker/service/people/sign_in_throttle.h"
#include "broker/service/services_private.h"
#include "tests/unit/service/factor_case.h"
#include "tests/unit/service/stand_in_authenticator.h"

#define FREE   5 /* of one account from one place, policy/throttle.h */
#define SECOND ((gint64)G_USEC_PER_SEC)

static int
try(FactorCase *test, const char *name, const char *password)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun = sign_in_begin(test->fixture->services, name, password, &FACTOR_ORIGIN, &error);
  return error != NULL ? error->code : 0;
}

/* No name that somebody types is the one that codes are counted under. */
static void
test_codes_are_not_locked_by_names(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  for (guint i = 0; i <= FREE; i++)
    g_assert_cmpint(try(test, "code/alice", "wrong"), ==, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", factor_case_code(test, 1));
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_PROVEN);
}

static void
test_what_is_no_name_is_counted_together(void)
{
  static const char *const names[] = {"code/alice", "a b", "*)(uid=*", "", "../etc", "-x"};
  g_autoptr(FactorCase) test = factor_case_new();
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpint(try(test, names[i], "wrong"), ==, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_assert_cmpint(try(test, "another one", "wrong"), ==, CARAWAY_ERROR_THROTTLED);
  g_assert_cmpint(try(test, "alice", FACTOR_PASSWORD), ==, 0);
}

/* --- many at once --- */

static gboolean
begin(SignInThrottle *throttle, GuessKind kind, gint64 now_us)
{
  return sign_in_throttle_begin(throttle, &(Guess){kind, "alice", "198.51.100.7"}, now_us, NULL);
}

static void
end(SignInThrottle *throttle, GuessKind kind, GuessEnd how, guint times)
{
  for (guint i = 0; i < times; i++)
    sign_in_throttle_end(throttle, &(Guess){kind, "alice", "198.51.100.7"}, how, SECOND);
}

static void
test_what_is_under_way_counts(void)
{
  for (int kind = 0; kind < GUESS_KINDS; kind++) {
    SignInThrottle *throttle = sign_in_throttle_new();
    for (guint i = 0; i <= FREE; i++)
      g_assert_true(begin(throttle, (GuessKind)kind, SECOND));
    g_assert_false(begin(throttle, (GuessKind)kind, SECOND));
    end(throttle, (GuessKind)kind, GUESS_WAS_NONE, FREE + 1);
    g_assert_true(begin(throttle, (GuessKind)kind, SECOND)); /* they cost nothing */
    end(throttle, (GuessKind)kind, GUESS_WAS_RIGHT, 1);
    for (guint i = 0; i <= FREE; i++)
      g_assert_true(begin(throttle, (GuessKind)kind, SECOND));
    end(throttle, (GuessKind)kind, GUESS_WAS_WRONG, FREE + 1);
    g_assert_false(begin(throttle, (GuessKind)kind, SECOND));
    g_assert_true(begin(throttle, (GuessKind)kind, 2 * SECOND));
    g_assert_false(begin(throttle, (GuessKind)kind, 2 * SECOND)); /* one after each pause */
    sign_in_throttle_free(throttle);
  }
}

typedef struct {
  FactorCase *test;
  guint under_way;
  guint refused;
} Burst;

/* Another one, while the one before is being checked. */
static void
one_more(gpointer data)
{
  Burst *burst = data;
  if (++burst->under_way >= 9)
    return;
  int code = try(burst->test, "alice", "wrong");
  burst->refused += code == CARAWAY_ERROR_THROTTLED;
}

static void
test_a_burst_of_passwords(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(StandInAuthenticator) stand_in = stand_in_authenticator_new(test->fixture->services);
  Burst burst = {.test = test};
  stand_in->meanwhile = one_more;
  stand_in->data = &burst;
  g_assert_cmpint(try(test, "alice", "wrong"), ==, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_assert_cmpuint(burst.under_way, ==, FREE + 1);
  g_assert_cmpuint(burst.refused, ==, 1);
}

/* --- who is pending, who is signed in --- */

static void
test_pending_ends_with_the_fifth_wrong_code(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(SignIn) begun =
      sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < 5; i++) {
    g_autoptr(Caller) pending = factor_case_check(test, begun);
    factor_case_refused(test, pending, "000000", CARAWAY_ERROR_WRONG_CODE);
  }
  g_assert_null(sign_in_check(test->fixture->services, begun->token, FACTOR_ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
attack(FactorCase *test, GuessKind kind)
{
  Services *services = test->fixture->services;
  for (guint i = 0; i < 300; i++) {
    g_autofree char *address = g_strdup_printf("203.0.113.%u", i % 200);
    gint64 now_us = clock_boottime_us(services->clock);
    sign_in_throttle_note(services->throttle, &(Guess){kind, "alice", address}, GUESS_WAS_WRONG, now_us);
    sign_in_throttle_note(services->throttle, &(Guess){kind, "alice", FACTOR_ADDRESS}, GUESS_WAS_WRONG,
                          now_us);
  }
}

static void
test_strangers_keep_nobody_from_their_own(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", NULL);
  attack(test, GUESS_PASSWORD);
  factor_case_begin(test, caller, NULL); /* asks for the password */
  g_assert_true(sign_in_change_password(test->fixture->services, caller, FACTOR_PASSWORD,
                                        "another one, as good", &error));
  g_assert_no_error(error);
  g_assert_cmpint(try(test, "alice", "another one, as good"), ==, CARAWAY_ERROR_THROTTLED);
}

/* A sign-in that was stolen is no better way to guess the password. */
static void
test_own_guesses_are_slowed_down(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(Caller) other = factor_case_sign_in(test, "alice", NULL);
  for (guint i = 0; i <= FREE; i++) {
    g_clear_error(&error);
    g_assert_false(i % 2 ? sign_in_change_password(services, caller, "wrong", "another one, as good", &error)
                         : sign_in_check_password(services, caller, "wrong", &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
  g_clear_error(&error);
  g_assert_false(sign_in_check_password(services, caller, FACTOR_PASSWORD, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED);
  g_clear_error(&error);
  g_assert_true(sign_in_check_password(services, other, FACTOR_PASSWORD, &error));
  g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/guessing/names/codes", test_codes_are_not_locked_by_names);
  g_test_add_func("/guessing/names/none", test_what_is_no_name_is_counted_together);
  g_test_add_func("/guessing/at-once/count", test_what_is_under_way_counts);
  g_test_add_func("/guessing/at-once/passwords", test_a_burst_of_passwords);
  g_test_add_func("/guessing/pending-ends", test_pending_ends_with_the_fifth_wrong_code);
  g_test_add_func("/guessing/own/strangers", test_strangers_keep_nobody_from_their_own);
  g_test_add_func("/guessing/own/slowed-down", test_own_guesses_are_slowed_down);
  return g_test_run();
}
