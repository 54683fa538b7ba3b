/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_sign_ins.h"

static void
put(KnownSignIns *known, guint64 stamp, const char *hash, const char *user_id, gint64 used_us)
{
  const User user = {.id = (char *)user_id,
                     .name = (char *)"name",
                     .full_name = (char *)"Full Name",
                     .source = (char *)"corp"};
  known_sign_ins_put(known, stamp, hash, &user, used_us, used_us + 100, used_us + 3);
}

static gboolean
is_known(KnownSignIns *known, const char *hash)
{
  g_autoptr(KnownSignIn) sign_in = known_sign_ins_find(known, hash);
  return sign_in != NULL;
}

static void
test_newest_facts_hold(void)
{
  KnownSignIns *known = known_sign_ins_new();
  put(known, 0, "one", "alice", 1);
  put(known, 0, "one", "alice", 7);
  g_autoptr(KnownSignIn) sign_in = known_sign_ins_find(known, "one");
  g_assert_cmpint(sign_in->used_us, ==, 7);
  g_assert_cmpint(sign_in->expires_us, ==, 107);
  g_assert_cmpint(sign_in->factor_us, ==, 10);
  g_assert_cmpstr(sign_in->user->id, ==, "alice");
  g_assert_cmpstr(sign_in->user->source, ==, "corp");
  g_assert_cmpuint(known_sign_ins_count(known), ==, 1);
  known_sign_ins_free(known);
}

static void
test_forgets_one_account(void)
{
  KnownSignIns *known = known_sign_ins_new();
  put(known, 0, "one", "alice", 1);
  put(known, 0, "two", "alice", 1);
  put(known, 0, "three", "bob", 1);
  known_sign_ins_forget(known, "alice");
  g_assert_false(is_known(known, "one"));
  g_assert_false(is_known(known, "two"));
  g_assert_true(is_known(known, "three"));
  known_sign_ins_free(known);
}

/* What was read before a sign-in ended must not bring it back; what was read of others may be noted. */
static void
test_late_reader_is_not_believed(void)
{
  KnownSignIns *known = known_sign_ins_new();
  guint64 before = known_sign_ins_stamp(known);
  known_sign_ins_forget(known, "alice");
  put(known, before, "one", "alice", 1);
  put(known, before, "two", "bob", 1);
  g_assert_false(is_known(known, "one"));
  g_assert_true(is_known(known, "two"));
  put(known, known_sign_ins_stamp(known), "one", "alice", 1);
  g_assert_true(is_known(known, "one"));
  known_sign_ins_free(known);
}

static void
test_late_reader_after_many_ends(void)
{
  KnownSignIns *known = known_sign_ins_new();
  guint64 before = known_sign_ins_stamp(known);
  known_sign_ins_forget(known, "alice");
  for (guint i = 0; i < 10000; i++) {
    g_autofree char *id = g_strdup_printf("user%u", i);
    known_sign_ins_forget(known, id);
  }
  put(known, before, "one", "alice", 1);
  g_assert_false(is_known(known, "one"));
  known_sign_ins_free(known);
}

static void
test_load_drops_the_rest(void)
{
  KnownSignIns *known = known_sign_ins_new();
  put(known, 0, "one", "alice", 1);
  put(known, 0, "two", "bob", 1);
  known_sign_ins_begin_load(known);
  put(known, 0, "two", "bob", 2);
  put(known, 0, "three", "carol", 2);
  known_sign_ins_end_load(known);
  g_assert_false(is_known(known, "one"));
  g_assert_true(is_known(known, "two"));
  g_assert_true(is_known(known, "three"));
  known_sign_ins_free(known);
}

static void
test_bounded(void)
{
  KnownSignIns *known = known_sign_ins_new();
  for (guint i = 0; i < KNOWN_SIGN_INS_MAX + 10; i++) {
    g_autofree char *hash = g_strdup_printf("hash%u", i);
    put(known, 0, hash, "alice", i);
  }
  g_assert_cmpuint(known_sign_ins_count(known), ==, KNOWN_SIGN_INS_MAX);
  g_assert_false(is_known(known, "hash9"));
  g_assert_true(is_known(known, "hash10"));
  known_sign_ins_free(known);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/known-sign-ins/newest", test_newest_facts_hold);
  g_test_add_func("/service/known-sign-ins/forget", test_forgets_one_account);
  g_test_add_func("/service/known-sign-ins/late", test_late_reader_is_not_believed);
  g_test_add_func("/service/known-sign-ins/late-after-many", test_late_reader_after_many_ends);
  g_test_add_func("/service/known-sign-ins/load", test_load_drops_the_rest);
  g_test_add_func("/service/known-sign-ins/bounded", test_bounded);
  return g_test_run();
}
