/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/recovery_codes.h"
#include "broker/service/work.h"
#include "broker/store/second_factor_store.h"
#include "tests/unit/service/factor_case.h"

static SignIn *
verify(FactorCase *test, const Caller *pending, const char *code)
{
  g_autoptr(GError) error = NULL;
  SignIn *proven = second_factor_verify(test->fixture->services, pending, code, NULL, &error);
  g_assert_no_error(error);
  return proven;
}

static void
assert_is_out(FactorCase *test, const char *token)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_check(test->fixture->services, token, FACTOR_ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_without_one(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", "123456"); /* nobody asked for it */
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_NONE);
  g_assert_false(caller->second_factor_pending);
}

static void
test_enrolment(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) other = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(Caller) caller = factor_case_enrol(test);
  FactorState state;
  g_assert_true(second_factor_state(test->fixture->services, caller, &state, NULL));
  g_assert_true(state.enabled);
  g_assert_false(state.required);
  g_assert_cmpint(state.recovery_left, ==, RECOVERY_CODES);
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_READ, NULL);
  g_autoptr(SecondFactor) factor = second_factor_store_find(work->transaction, caller->user_id, NULL);
  g_assert_null(strstr(factor->sealed, test->secret));
}

/* Who was signed in by the password alone is out, who confirmed is not. */
static void
test_enrolment_ends_other_sign_ins(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) other = sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD,
                                          &(SignInOrigin){.address = "203.0.113.9"}, &error);
  g_assert_no_error(error);
  g_autoptr(Caller) caller = factor_case_enrol(test);
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_NONE); /* as it was asked */
  assert_is_out(test, other->token);
}

static void
test_pending_till_the_code(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  factor_case_pass(test, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_assert_no_error(error);
  g_assert_cmpint(begun->standing, ==, FACTOR_STANDING_CODE);
  g_autoptr(Caller) pending = factor_case_check(test, begun);
  g_assert_true(pending->second_factor_pending);
  g_assert_false(pending->enrolment_required);
  g_assert_false(second_factor_check_pending(pending, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_PENDING);
  g_autoptr(SignIn) proven = verify(test, pending, factor_case_code(test, 0));
  g_assert_cmpstr(proven->token, !=, begun->token);
  assert_is_out(test, begun->token);
  g_autoptr(Caller) caller = factor_case_check(test, proven);
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_PROVEN);
  g_assert_cmpint(caller->second_factor_us, >, 0);
  factor_case_refused(test, caller, factor_case_code(test, 1), CARAWAY_ERROR_CONFLICT);
}

static void
test_code_with_the_password(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  factor_case_pass(test, 1);
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", factor_case_code(test, 0));
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_PROVEN);
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_begin_with_code(test->fixture->services, "alice", FACTOR_PASSWORD,
                                        factor_case_code(test, 0), &FACTOR_ORIGIN, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
}

/* Also the one that it was set up with, and one that is older than another that was taken. */
static void
test_each_code_once(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) first = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(Caller) second = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, first, factor_case_code(test, 0), CARAWAY_ERROR_WRONG_CODE);
  g_autoptr(SignIn) proven = verify(test, first, factor_case_code(test, 1));
  factor_case_refused(test, second, factor_case_code(test, 1), CARAWAY_ERROR_WRONG_CODE);
  factor_case_refused(test, second, factor_case_code(test, 0), CARAWAY_ERROR_WRONG_CODE);
  factor_case_pass(test, 2);
  g_autoptr(SignIn) later = verify(test, second, factor_case_code(test, 0));
}

static void
test_window(void)
{
  static const gint64 far[] = {-3, -2, 2, 3};
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  factor_case_pass(test, 10);
  for (guint i = 0; i < G_N_ELEMENTS(far); i++) {
    g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
    factor_case_refused(test, pending, factor_case_code(test, far[i]), CARAWAY_ERROR_WRONG_CODE);
  }
  g_autoptr(Caller) late = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(SignIn) by_late = verify(test, late, factor_case_code(test, -1));
}

/* An app whose clock is ahead a little more each time; the other way it would have to be followed back. */
static void
test_drift_is_remembered(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  for (gint64 ahead = 1; ahead <= 4; ahead++) {
    factor_case_pass(test, 10);
    g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", factor_case_code(test, ahead));
    g_assert_false(caller->second_factor_pending);
  }
  factor_case_pass(test, 10);
  g_autoptr(Caller) within = factor_case_sign_in(test, "alice", factor_case_code(test, 5));
  factor_case_pass(test, 10);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, pending, factor_case_code(test, 6), CARAWAY_ERROR_WRONG_CODE);
}

static void
test_pending_lives_ten_minutes(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  factor_case_pass(test, 19);
  g_autoptr(Caller) pending = factor_case_check(test, begun);
  g_autoptr(SignIn) proven = verify(test, pending, factor_case_code(test, 0));
  g_autoptr(SignIn) second =
      sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_assert_no_error(error);
  factor_case_pass(test, 20);
  assert_is_out(test, second->token);
  g_autoptr(Caller) still = factor_case_check(test, proven); /* which lives as long as any other */
}

static void
test_recovery_code_once(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  FactorState state;
  g_autoptr(Caller) first = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(SignIn) proven = verify(test, first, test->codes[3]);
  g_autoptr(Caller) second = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, second, test->codes[3], CARAWAY_ERROR_WRONG_CODE);
  g_autofree char *small = g_ascii_strdown(test->codes[4], -1);
  g_autoptr(Caller) typed = factor_case_sign_in(test, "alice", small);
  g_assert_true(second_factor_state(test->fixture->services, typed, &state, NULL));
  g_assert_cmpint(state.recovery_left, ==, RECOVERY_CODES - 2);
}

static void
test_new_recovery_codes(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(GError) error = NULL;
  g_assert_null(second_factor_renew_recovery(test->fixture->services, enrolled, "000000", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
  g_clear_error(&error);
  factor_case_pass(test, 1);
  GStrv renewed =
      second_factor_renew_recovery(test->fixture->services, enrolled, factor_case_code(test, 0), &error);
  g_assert_no_error(error);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, pending, test->codes[0], CARAWAY_ERROR_WRONG_CODE);
  g_autoptr(SignIn) proven = verify(test, pending, renewed[0]);
  recovery_codes_free(renewed);
}

static void
test_setting_up_needs_the_password(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(second_factor_begin(test->fixture->services, caller, NULL, NULL, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  g_assert_null(second_factor_begin(test->fixture->services, caller, "wrong", NULL, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

/* Till the code of the new one is there, the old one counts. */
static void
test_replacing(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) caller = factor_case_enrol(test);
  g_autoptr(GError) error = NULL;
  g_assert_null(second_factor_begin(test->fixture->services, caller, FACTOR_PASSWORD, NULL, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
  g_clear_error(&error);
  factor_case_pass(test, 1);
  g_autofree char *old_secret = g_strdup(test->secret);
  factor_case_begin(test, caller, factor_case_code(test, 0));
  g_assert_cmpstr(old_secret, !=, test->secret);
  g_autofree char *new_secret = g_strdup(test->secret);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, pending, factor_case_code(test, 1), CARAWAY_ERROR_WRONG_CODE);
  factor_case_pass(test, 1);
  g_autoptr(SignIn) replaced = NULL;
  GStrv codes = second_factor_confirm(test->fixture->services, caller, factor_case_code(test, 0), NULL,
                                      &replaced, &error);
  g_assert_no_error(error);
  g_assert_null(replaced);
  factor_case_pass(test, 1);
  g_autoptr(Caller) by_new = factor_case_sign_in(test, "alice", factor_case_code(test, 0));
  g_autoptr(Caller) waiting = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, waiting, test->codes[0], CARAWAY_ERROR_WRONG_CODE);
  g_free(test->secret);
  test->secret = g_steal_pointer(&old_secret);
  factor_case_refused(test, waiting, factor_case_code(test, 1), CARAWAY_ERROR_WRONG_CODE);
  recovery_codes_free(codes);
}

static void
test_draft_does_not_last(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(SignIn) replaced = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_null(second_factor_confirm(test->fixture->services, caller, "123456", NULL, &replaced, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  factor_case_begin(test, caller, NULL);
  factor_case_pass(test, 20);
  g_assert_null(second_factor_confirm(test->fixture->services, caller, factor_case_code(test, 0), NULL,
                                      &replaced, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_turning_off(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) caller = factor_case_enrol(test);
  g_autoptr(GError) error = NULL;
  factor_case_pass(test, 1);
  const char *code = factor_case_code(test, 0);
  g_assert_false(second_factor_turn_off(test->fixture->services, caller, "wrong", code, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  g_assert_false(second_factor_turn_off(test->fixture->services, caller, FACTOR_PASSWORD, "000000", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
  g_clear_error(&error);
  g_assert_true(second_factor_turn_off(test->fixture->services, caller, FACTOR_PASSWORD, code, &error));
  g_assert_no_error(error);
  g_autoptr(Caller) without = factor_case_sign_in(test, "alice", NULL);
  g_assert_cmpint(second_factor_standing(without), ==, FACTOR_STANDING_NONE);
}

/* A right password in between must not make guessing of codes free, nor a restart of the broker. */
static void
test_guessing_is_slowed_down(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) pending = NULL;
  factor_case_pass(test, 1);
  for (guint i = 0; i < 6; i++) {
    g_clear_pointer(&pending, caller_free);
    pending = factor_case_sign_in(test, "alice", NULL);
    factor_case_refused(test, pending, i % 2 == 0 ? "not a code" : "AAAA-AAAA-AAAA-AAAA",
                        CARAWAY_ERROR_WRONG_CODE);
  }
  factor_case_refused(test, pending, factor_case_code(test, 0), CARAWAY_ERROR_THROTTLED);
  factor_case_restart(test);
  factor_case_refused(test, pending, factor_case_code(test, 0), CARAWAY_ERROR_THROTTLED);
  fake_clock_advance(&test->fixture->clock, 2 * (gint64)G_USEC_PER_SEC);
  g_autoptr(SignIn) proven = verify(test, pending, factor_case_code(test, 0));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/second-factor/without-one", test_without_one);
  g_test_add_func("/second-factor/enrolment", test_enrolment);
  g_test_add_func("/second-factor/enrolment/ends-other-sign-ins", test_enrolment_ends_other_sign_ins);
  g_test_add_func("/second-factor/enrolment/needs-the-password", test_setting_up_needs_the_password);
  g_test_add_func("/second-factor/enrolment/draft-does-not-last", test_draft_does_not_last);
  g_test_add_func("/second-factor/pending", test_pending_till_the_code);
  g_test_add_func("/second-factor/pending/ten-minutes", test_pending_lives_ten_minutes);
  g_test_add_func("/second-factor/code-with-the-password", test_code_with_the_password);
  g_test_add_func("/second-factor/each-code-once", test_each_code_once);
  g_test_add_func("/second-factor/window", test_window);
  g_test_add_func("/second-factor/drift", test_drift_is_remembered);
  g_test_add_func("/second-factor/recovery-code-once", test_recovery_code_once);
  g_test_add_func("/second-factor/new-recovery-codes", test_new_recovery_codes);
  g_test_add_func("/second-factor/replacing", test_replacing);
  g_test_add_func("/second-factor/turning-off", test_turning_off);
  g_test_add_func("/second-factor/guessing", test_guessing_is_slowed_down);
  return g_test_run();
}
