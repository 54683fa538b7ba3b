/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time that a refused sign-in takes does not tell whether there is such an account. No absolute time is
 * judged: tries at names that are there and that are not take turns, and the measure is the chance that one
 * of the first kind took longer than one of the second (Mann and Whitney's U, as a share): 0 or 1 where the
 * time tells, about a half where it does not.
 */
#include "broker/service/people/sign_in.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/user_store.h"
#include "tests/unit/service/service_fixture.h"

#define TRIES    16   /* of each kind; the share then varies by 0.10 (one standard deviation) */
#define MARGIN   0.35 /* by chance in one of a thousand rounds */
#define ROUNDS   4    /* one of them is enough: what tells, tells in each */
#define PASSWORD "correct horse battery"

static void
add_accounts(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = password_hasher_hash(fixture->services->hasher, PASSWORD, &error);
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < TRIES; i++) {
    g_autofree char *id = g_uuid_string_random();
    g_autofree char *name = g_strdup_printf("there-%u", i);
    const User user = {.id = id, .name = name, .full_name = (char *)""};
    g_assert_true(user_store_add(work->transaction, &user, hash, &error));
  }
  g_assert_true(work_commit(work, &error));
}

static gint64
measure(ServiceFixture *fixture, const char *kind, guint number)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_strdup_printf("%s-%u", kind, number);
  g_autofree char *address = g_strdup_printf("192.0.2.%u", number + 1);
  const SignInOrigin origin = {.address = address};
  gint64 began_us = g_get_monotonic_time();
  g_assert_null(sign_in_begin(fixture->services, name, "wrong", &origin, &error));
  gint64 took_us = g_get_monotonic_time() - began_us;
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  return took_us;
}

static double
share_of_longer(const gint64 *ones, const gint64 *others)
{
  double longer = 0;
  for (guint i = 0; i < TRIES; i++)
    for (guint j = 0; j < TRIES; j++)
      longer += ones[i] > others[j] ? 1 : ones[i] == others[j] ? 0.5 : 0;
  return longer / (TRIES * TRIES);
}

static double
measure_round(ServiceFixture *fixture)
{
  gint64 there[TRIES], missing[TRIES];
  for (guint i = 0; i < TRIES; i++) { /* in turns, and in turned order: what slows the machine slows both */
    if (i % 2 == 0)
      there[i] = measure(fixture, "there", i);
    missing[i] = measure(fixture, "missing", i);
    if (i % 2 != 0)
      there[i] = measure(fixture, "there", i);
  }
  return share_of_longer(there, missing);
}

static void
test_missing_accounts_take_as_long(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  add_accounts(fixture);
  double share = 0;
  for (guint round = 0; round < ROUNDS; round++) {
    share = measure_round(fixture);
    g_test_message("round %u: %.2f", round + 1, share);
    if (ABS(share - 0.5) <= MARGIN)
      return;
  }
  g_error("the time of a refusal tells whether there is such an account: %.2f", share);
}

/* The measure itself: it must be able to tell. */
static void
test_the_measure_tells(void)
{
  gint64 shorter[TRIES], longer[TRIES];
  for (guint i = 0; i < TRIES; i++) {
    shorter[i] = (gint64)i;
    longer[i] = (gint64)i + TRIES;
  }
  g_assert_cmpfloat(share_of_longer(longer, shorter), ==, 1);
  g_assert_cmpfloat(share_of_longer(shorter, longer), ==, 0);
  g_assert_cmpfloat(share_of_longer(shorter, shorter), ==, 0.5);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sign-in-timing/measure", test_the_measure_tells);
  g_test_add_func("/sign-in-timing/missing", test_missing_accounts_take_as_long);
  return g_test_run();
}
