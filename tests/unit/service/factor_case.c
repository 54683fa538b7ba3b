/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/service/factor_case.h"

#include "broker/auth/totp.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/recovery_codes.h"
#include "broker/service/people/user_admin.h"

#include <liboath/oath.h>
#include <string.h>

const SignInOrigin FACTOR_ORIGIN = {.address = FACTOR_ADDRESS};

static const guint8 WRAPPING_KEY[FACTOR_KEY_BYTES] = "a key that the database lacks";

static void
open_key(FactorCase *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(factor_key_open(test->fixture->services, WRAPPING_KEY, &error));
  g_assert_no_error(error);
}

FactorCase *
factor_case_new(void)
{
  FactorCase *test = g_new0(FactorCase, 1);
  g_autoptr(GError) error = NULL;
  const NewUser alice = {.name = "alice", .full_name = "Alice", .password = FACTOR_PASSWORD};
  test->fixture = service_fixture_new();
  g_autoptr(User) user = user_admin_create(test->fixture->services, test->fixture->admin, &alice, &error);
  g_assert_no_error(error);
  open_key(test);
  return test;
}

void
factor_case_restart(FactorCase *test)
{
  service_fixture_restart(test->fixture);
  open_key(test);
}

void
factor_case_pass(FactorCase *test, gint64 steps)
{
  fake_clock_advance(&test->fixture->clock, steps * FACTOR_STEP_S * (gint64)G_USEC_PER_SEC);
}

const char *
factor_case_code(FactorCase *test, gint64 ahead)
{
  static char code[FACTOR_CODE_DIGITS + 1];
  char *secret = NULL;
  gsize size = 0;
  g_assert_cmpint(oath_base32_decode(test->secret, strlen(test->secret), &secret, &size), ==, OATH_OK);
  g_assert_cmpuint(size, ==, TOTP_SECRET_BYTES);
  gint64 now_s = clock_wall_us(services_time(test->fixture->services)) / (gint64)G_USEC_PER_SEC;
  totp_code((const guint8 *)secret, now_s / FACTOR_STEP_S + ahead, code);
  free(secret);
  return code;
}

Caller *
factor_case_check(FactorCase *test, const SignIn *sign_in)
{
  g_autoptr(GError) error = NULL;
  Caller *caller = sign_in_check(test->fixture->services, sign_in->token, FACTOR_ADDRESS, &error);
  g_assert_no_error(error);
  return caller;
}

Caller *
factor_case_sign_in(FactorCase *test, const char *name, const char *code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun =
      sign_in_begin_with_code(test->fixture->services, name, FACTOR_PASSWORD, code, &FACTOR_ORIGIN, &error);
  g_assert_no_error(error);
  g_free(test->token);
  test->token = g_strdup(begun->token);
  Caller *caller = factor_case_check(test, begun);
  g_assert_cmpint(second_factor_standing(caller), ==, begun->standing);
  return caller;
}

void
factor_case_begin(FactorCase *test, const Caller *caller, const char *code)
{
  g_autoptr(GError) error = NULL;
  const char *password = caller->second_factor_pending ? NULL : FACTOR_PASSWORD;
  g_autoptr(FactorDraft) draft =
      second_factor_begin(test->fixture->services, caller, password, code, "desk.example.org", &error);
  g_assert_no_error(error);
  g_free(test->secret);
  test->secret = g_strdup(draft->secret);
}

Caller *
factor_case_enrol(FactorCase *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(SignIn) replaced = NULL;
  factor_case_begin(test, caller, NULL);
  test->codes = second_factor_confirm(test->fixture->services, caller, factor_case_code(test, 0), NULL,
                                      &replaced, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(g_strv_length(test->codes), ==, RECOVERY_CODES);
  return replaced != NULL ? factor_case_check(test, replaced) : g_steal_pointer(&caller);
}

void
factor_case_require(FactorCase *test)
{
  Services *services = test->fixture->services;
  const GroupChange strict = {.second_factor_required = TRUE};
  g_autoptr(GError) error = NULL;
  g_autoptr(Group) group =
      group_admin_create(services, test->fixture->admin, &(NewGroup){.name = "strict"}, &error);
  g_assert_no_error(error);
  g_assert_true(group_admin_add_member(services, test->fixture->admin, "strict", "alice", &error));
  g_autoptr(Group) changed = group_admin_change(services, test->fixture->admin, "strict", &strict, &error);
  g_assert_no_error(error);
  g_assert_true(changed->second_factor_required);
}

void
factor_case_refused(FactorCase *test, const Caller *pending, const char *code, CarawayErrorCode expected)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(second_factor_verify(test->fixture->services, pending, code, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)expected);
}

void
factor_case_free(FactorCase *test)
{
  if (test == NULL)
    return;
  service_fixture_free(test->fixture);
  g_free(test->secret);
  g_free(test->token);
  recovery_codes_free(test->codes);
  g_free(test);
}
