/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/second_factor_store.h"

#include "broker/store/group_store.h"
#include "broker/store/known_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/role_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

static void
enrol(StoreCase *test, const char *user)
{
  gboolean done = FALSE;
  g_assert_true(second_factor_store_draft(test->transaction, user, "sealed", 100, NULL));
  g_assert_true(second_factor_store_confirm(test->transaction, user, "sealed", 7, -1, 200, &done, NULL));
  g_assert_true(done);
}

static void
test_draft_and_confirm(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean done = TRUE;
  store_case_user(test, "alice");
  g_assert_null(second_factor_store_find(test->transaction, "alice", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_assert_true(second_factor_store_draft(test->transaction, "alice", "first", 100, NULL));
  g_autoptr(User) drafted = user_store_find(test->transaction, "alice", NULL);
  g_assert_false(drafted->second_factor);
  g_assert_true(second_factor_store_draft(test->transaction, "alice", "second", 110, NULL));
  g_assert_true(second_factor_store_confirm(test->transaction, "alice", "first", 7, 0, 200, &done, NULL));
  g_assert_false(done);
  g_assert_true(second_factor_store_confirm(test->transaction, "alice", "second", 7, -1, 200, &done, NULL));
  g_assert_true(done);
  g_autoptr(SecondFactor) factor = second_factor_store_find(test->transaction, "alice", NULL);
  g_assert_cmpstr(factor->sealed, ==, "second");
  g_assert_cmpstr(factor->draft, ==, "");
  g_assert_cmpint(factor->since_us, ==, 200);
  g_assert_cmpint(factor->last_step, ==, 7);
  g_assert_cmpint(factor->drift, ==, -1);
  g_autoptr(User) user = user_store_find(test->transaction, "alice", NULL);
  g_assert_true(user->second_factor);
}

/* The one that counts goes on counting while another one is set up. */
static void
test_draft_beside_what_counts(StoreCase *test, gconstpointer data)
{
  store_case_user(test, "alice");
  enrol(test, "alice");
  g_assert_true(second_factor_store_draft(test->transaction, "alice", "next", 300, NULL));
  g_autoptr(SecondFactor) factor = second_factor_store_find(test->transaction, "alice", NULL);
  g_assert_cmpstr(factor->sealed, ==, "sealed");
  g_assert_cmpstr(factor->draft, ==, "next");
  g_assert_cmpint(factor->last_step, ==, 7);
}

static void
test_each_step_once(StoreCase *test, gconstpointer data)
{
  gboolean taken = TRUE;
  store_case_user(test, "alice");
  store_case_user(test, "bob");
  enrol(test, "alice");
  enrol(test, "bob");
  g_assert_true(second_factor_store_take(test->transaction, "alice", 7, 0, &taken, NULL));
  g_assert_false(taken); /* the code that it was set up with */
  g_assert_true(second_factor_store_take(test->transaction, "alice", 9, 1, &taken, NULL));
  g_assert_true(taken);
  g_assert_true(second_factor_store_take(test->transaction, "alice", 9, 1, &taken, NULL));
  g_assert_false(taken);
  g_assert_true(second_factor_store_take(test->transaction, "alice", 8, 0, &taken, NULL));
  g_assert_false(taken);
  g_assert_true(second_factor_store_take(test->transaction, "bob", 8, 0, &taken, NULL));
  g_assert_true(taken);
}

static void
test_recovery_codes(StoreCase *test, gconstpointer data)
{
  static const char *const first[] = {"a", "b", "c", NULL}, *const second[] = {"x", "b", NULL};
  gint64 count = -1;
  gboolean spent = FALSE;
  store_case_user(test, "alice");
  store_case_user(test, "bob");
  g_assert_true(second_factor_store_set_recovery(test->transaction, "alice", first, NULL));
  g_assert_true(second_factor_store_spend(test->transaction, "bob", "a", &spent, NULL));
  g_assert_false(spent);
  g_assert_true(second_factor_store_spend(test->transaction, "alice", "a", &spent, NULL));
  g_assert_true(spent);
  g_assert_true(second_factor_store_spend(test->transaction, "alice", "a", &spent, NULL));
  g_assert_false(spent);
  g_assert_true(second_factor_store_count_recovery(test->transaction, "alice", &count, NULL));
  g_assert_cmpint(count, ==, 2);
  g_assert_true(second_factor_store_set_recovery(test->transaction, "alice", second, NULL));
  g_assert_true(second_factor_store_spend(test->transaction, "alice", "c", &spent, NULL));
  g_assert_false(spent);
  g_assert_true(second_factor_store_remove(test->transaction, "alice", NULL));
  g_assert_true(second_factor_store_count_recovery(test->transaction, "alice", &count, NULL));
  g_assert_cmpint(count, ==, 0);
}

static void
test_goes_with_the_account(StoreCase *test, gconstpointer data)
{
  static const char *const codes[] = {"a", NULL};
  gint64 count = -1;
  g_autoptr(GError) error = NULL;
  store_case_user(test, "alice");
  enrol(test, "alice");
  g_assert_true(second_factor_store_set_recovery(test->transaction, "alice", codes, NULL));
  g_assert_true(user_store_remove(test->transaction, "alice", NULL));
  g_assert_null(second_factor_store_find(test->transaction, "alice", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_assert_true(second_factor_store_count_recovery(test->transaction, "alice", &count, NULL));
  g_assert_cmpint(count, ==, 0);
}

static void
add_sign_in(StoreCase *test, const char *hash, const char *user, gint64 now_us)
{
  const SignInRow row = {.token_hash = (char *)hash,
                         .user_id = (char *)user,
                         .address = (char *)"",
                         .method = (char *)"password",
                         .client = (char *)"",
                         .created_us = now_us,
                         .expires_us = 1000};
  g_assert_true(sign_in_store_add(test->transaction, &row, NULL));
}

static void
note(const char *token_hash, const User *user, gint64 used_us, gint64 expires_us, gint64 factor_us,
     gpointer names)
{
  g_assert_cmpint(factor_us > 0, ==, g_str_has_suffix(token_hash, "-proven"));
  g_string_append_printf(names, "%s ", token_hash);
}

/* Who may come back while the database is away: nobody whose second factor is still to come. */
static void
test_known_are_proven(StoreCase *test, gconstpointer data)
{
  static const char *const users[] = {"plain", "enrolled", "required"};
  const Group strict = {.id = (char *)"strict",
                        .name = (char *)"strict",
                        .description = (char *)"",
                        .second_factor_required = TRUE};
  g_assert_true(group_store_add(test->transaction, &strict, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    g_autofree char *proven = g_strconcat(users[i], "-proven", NULL);
    store_case_user(test, users[i]);
    add_sign_in(test, users[i], users[i], 10 + i);
    add_sign_in(test, proven, users[i], 20 + i);
    g_assert_true(sign_in_store_prove(test->transaction, proven, 20, NULL));
  }
  enrol(test, "enrolled");
  g_assert_true(group_store_add_member(test->transaction, "strict", "required", NULL));
  g_autoptr(User) required = user_store_find(test->transaction, "required", NULL);
  g_assert_true(required->second_factor_required);
  g_autoptr(GString) names = g_string_new(NULL);
  g_assert_true(known_store_sign_ins(test->transaction, 100, note, names, NULL));
  g_assert_cmpstr(names->str, ==, "plain plain-proven enrolled-proven required-proven ");
  g_autoptr(SignInRow) row = sign_in_store_find(test->transaction, "plain-proven", NULL);
  g_assert_cmpint(row->factor_us, ==, 20);
}

static void
test_group_changes(StoreCase *test, gconstpointer data)
{
  const Group group = {.id = (char *)"staff", .name = (char *)"staff", .description = (char *)""};
  g_assert_true(group_store_add(test->transaction, &group, NULL));
  const Group change = {.id = (char *)"staff", .description = (char *)"All", .second_factor_required = TRUE};
  g_assert_true(group_store_update(test->transaction, &change, NULL));
  g_autoptr(Group) changed = group_store_find(test->transaction, "staff", NULL);
  g_assert_cmpstr(changed->description, ==, "All");
  g_assert_true(changed->second_factor_required);
}

/* Fixed or custom, bound to the account or to a group of its: one rule, for accounts and for what is known.
 */
static void
test_role_rules(StoreCase *test, gconstpointer data)
{
  static const char *const users[] = {"free", "by-role", "by-group"};
  const Group desk = {.id = (char *)"desk", .name = (char *)"desk", .description = (char *)""};
  const Role custom = {.name = (char *)"keeper", .description = (char *)"", .second_factor_required = TRUE};
  g_assert_true(group_store_add(test->transaction, &desk, NULL));
  g_assert_true(role_store_add(test->transaction, &custom, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    store_case_user(test, users[i]);
    add_sign_in(test, users[i], users[i], 10 + i);
  }
  g_assert_true(group_store_add_member(test->transaction, "desk", "by-group", NULL));
  const RoleBinding bindings[] = {
      {.id = (char *)"1",
       .kind = ENTITLEMENT_USER,
       .subject_id = (char *)"by-role",
       .role = (char *)"keeper"},
      {.id = (char *)"2", .kind = ENTITLEMENT_GROUP, .subject_id = (char *)"desk", .role = (char *)"auditor"},
      {.id = (char *)"3",
       .kind = ENTITLEMENT_USER,
       .subject_id = (char *)"free",
       .role = (char *)"help-desk"}};
  for (guint i = 0; i < G_N_ELEMENTS(bindings); i++) {
    RoleBinding binding = bindings[i];
    binding.object = (char *)"/pools";
    g_assert_true(role_binding_store_add(test->transaction, &binding, NULL));
  }
  g_assert_true(role_store_set_second_factor(test->transaction, "help-desk", TRUE, NULL));
  g_assert_true(role_store_set_second_factor(test->transaction, "help-desk", FALSE, NULL));
  g_assert_true(role_store_set_second_factor(test->transaction, "auditor", TRUE, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    g_autoptr(User) user = user_store_find(test->transaction, users[i], NULL);
    g_assert_cmpint(user->second_factor_required, ==, i > 0);
  }
  g_autoptr(GString) names = g_string_new(NULL);
  g_assert_true(known_store_sign_ins(test->transaction, 100, note, names, NULL));
  g_assert_cmpstr(names->str, ==, "free ");
  g_autoptr(Role) marked = role_store_find(test->transaction, "help-desk", NULL);
  g_assert_cmpint(marked->version, ==, 3);
  g_assert_false(marked->second_factor_required);
  g_autoptr(GPtrArray) all = role_store_all(test->transaction, NULL);
  g_assert_true(((Role *)g_ptr_array_index(all, all->len - 1))->second_factor_required); /* the custom one */
  g_assert_true(role_store_remove(test->transaction, "keeper", NULL));
  g_autoptr(User) freed = user_store_find(test->transaction, "by-role", NULL);
  g_assert_false(freed->second_factor_required);
  g_assert_true(role_store_set_second_factor(test->transaction, "user", TRUE, NULL));
  g_autoptr(User) anybody = user_store_find(test->transaction, "free", NULL);
  g_assert_true(anybody->second_factor_required);
  store_case_user(test, "kiosk");
  g_assert_cmpint(
      db_run(test->transaction, NULL,
             "INSERT INTO device (id, description, public_key, code, secret_hash, state, model,"
             " hostname, client_version, address, account_id, approved_by, seen_from, created_us,"
             " expires_us, approved_us, seen_us, version)"
             " VALUES ('k', '', 'k', '', '', 'approved', '', '', '', '', 'kiosk', '', '', 0, 0, 0, 0, 1)",
             ""),
      ==, 1);
  g_autoptr(User) kiosk = user_store_find(test->transaction, "kiosk", NULL);
  g_assert_false(kiosk->second_factor_required); /* nobody is there who could show one */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/second-factor/draft-and-confirm", test_draft_and_confirm);
  STORE_CASE_ADD("/second-factor/draft-beside-what-counts", test_draft_beside_what_counts);
  STORE_CASE_ADD("/second-factor/each-step-once", test_each_step_once);
  STORE_CASE_ADD("/second-factor/recovery-codes", test_recovery_codes);
  STORE_CASE_ADD("/second-factor/goes-with-the-account", test_goes_with_the_account);
  STORE_CASE_ADD("/second-factor/known-are-proven", test_known_are_proven);
  STORE_CASE_ADD("/second-factor/group-changes", test_group_changes);
  STORE_CASE_ADD("/second-factor/role-rules", test_role_rules);
  return g_test_run();
}
