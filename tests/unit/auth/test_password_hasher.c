/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/local_authenticator.h"
#include "broker/auth/password_hasher.h"

#include "common/base/error.h"

static void
test_hash_and_verify(void)
{
  g_autoptr(PasswordHasher) hasher = password_hasher_new(1, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *first = password_hasher_hash(hasher, "correct horse", &error);
  g_assert_no_error(error);
  g_autofree char *second = password_hasher_hash(hasher, "correct horse", &error);
  g_assert_true(g_str_has_prefix(first, "$argon2id$"));
  g_assert_cmpstr(first, !=, second);
  gboolean matches = FALSE;
  g_assert_true(password_hasher_verify(hasher, first, "correct horse", &matches, &error));
  g_assert_true(matches);
  g_assert_true(password_hasher_verify(hasher, first, "Correct horse", &matches, &error));
  g_assert_false(matches);
  g_assert_true(password_hasher_verify(hasher, NULL, "correct horse", &matches, &error));
  g_assert_false(matches);
}

static void
test_authenticator(void)
{
  g_autoptr(PasswordHasher) hasher = password_hasher_new(1, 1);
  g_autoptr(Authenticator) authenticator = local_authenticator_new(hasher);
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = password_hasher_hash(hasher, "", &error); /* even an empty one must not let in */
  g_autofree char *good = password_hasher_hash(hasher, "correct horse", &error);
  const struct {
    AuthenticatorAccount account;
    const char *password;
    gboolean accepted;
  } cases[] = {
      {{"alice", TRUE, good}, "correct horse", TRUE},
      {{"alice", TRUE, good}, "wrong", FALSE},
      {{"alice", TRUE, good}, "", FALSE},
      {{"alice", TRUE, hash}, "", FALSE},
      {{"alice", FALSE, good}, "correct horse", FALSE},
      {{"alice", FALSE, NULL}, "correct horse", FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    gboolean accepted = FALSE;
    g_assert_true(
        authenticator_check(authenticator, &cases[i].account, cases[i].password, &accepted, NULL, &error));
    g_assert_cmpint(accepted, ==, cases[i].accepted);
  }
}

typedef struct {
  PasswordHasher *hasher;
  gint overloaded;
  gint done;
} Storm;

static void
hash_one(gpointer data, gpointer user_data)
{
  Storm *storm = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = password_hasher_hash(storm->hasher, "correct horse", &error);
  if (hash != NULL)
    g_atomic_int_inc(&storm->done);
  else if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED))
    g_atomic_int_inc(&storm->overloaded);
}

/* Fault 30: who does not fit into the queue is told at once, and everybody is answered. */
static void
test_storm_is_bounded(void)
{
  g_autoptr(PasswordHasher) hasher = password_hasher_new(1, 1);
  Storm storm = {.hasher = hasher};
  GThreadPool *pool = g_thread_pool_new(hash_one, &storm, 12, TRUE, NULL);
  for (guint i = 0; i < 12; i++)
    g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), NULL);
  g_thread_pool_free(pool, FALSE, TRUE);
  g_assert_cmpint(storm.done + storm.overloaded, ==, 12);
  g_assert_cmpint(storm.done, >=, 1);
  g_assert_cmpint(storm.overloaded, >=, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/password-hasher/verify", test_hash_and_verify);
  g_test_add_func("/password-hasher/authenticator", test_authenticator);
  g_test_add_func("/password-hasher/storm", test_storm_is_bounded);
  return g_test_run();
}
