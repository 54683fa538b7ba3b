/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/entitlement_store.h"
#include "broker/store/group_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

static void
add_group(StoreCase *test, const char *name)
{
  const Group group = {.id = (char *)name, .name = (char *)name, .description = (char *)""};
  g_assert_true(group_store_add(test->transaction, &group, NULL));
}

static void
test_user(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "alice");
  g_autoptr(User) user = user_store_find(test->transaction, "alice", &error);
  g_assert_no_error(error);
  g_assert_cmpint(user->version, ==, 1);
  g_assert_true(role_binding_store_set_administrator(test->transaction, "alice", TRUE, 1, &error));
  g_assert_true(user_store_update(test->transaction, user, &error));
  g_autoptr(User) changed = user_store_find(test->transaction, "alice", &error);
  g_assert_true(changed->administrator);
  g_assert_cmpint(changed->version, ==, 2);
  gint64 administrators = 0;
  g_assert_true(role_binding_store_count_administrators(test->transaction, &administrators, &error));
  g_assert_cmpint(administrators, ==, 1);
  g_assert_true(user_store_set_password(test->transaction, "alice", "other", TRUE, &error));
  g_autofree char *hash = user_store_password_hash(test->transaction, "alice", &error);
  g_assert_cmpstr(hash, ==, "other");
  g_assert_true(user_store_remove(test->transaction, "alice", &error));
  g_assert_null(user_store_find(test->transaction, "alice", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_name_is_taken(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "alice");
  const User twin = {.id = (char *)"twin", .name = (char *)"alice", .full_name = (char *)""};
  g_assert_false(user_store_add(test->transaction, &twin, "hash", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_pages(StoreCase *test, gconstpointer data)
{
  static const char *const names[] = {"anna", "bert", "carl", "dora", "emil"};
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    store_case_user(test, names[G_N_ELEMENTS(names) - 1 - i]);
  g_autofree char *cursor = NULL;
  guint seen = 0;
  do {
    const Page page = {.limit = 2, .cursor = cursor};
    char *next = NULL;
    g_autoptr(GPtrArray) users = user_store_list(test->transaction, &page, &next, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < users->len; i++)
      g_assert_cmpstr(((User *)g_ptr_array_index(users, i))->name, ==, names[seen++]);
    g_free(cursor);
    cursor = next;
  } while (cursor != NULL);
  g_assert_cmpuint(seen, ==, G_N_ELEMENTS(names));
}

static void
test_groups(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "alice");
  add_group(test, "staff");
  for (guint twice = 0; twice < 2; twice++)
    g_assert_true(group_store_add_member(test->transaction, "staff", "alice", &error));
  g_autoptr(Group) group = group_store_find(test->transaction, "staff", &error);
  g_assert_cmpuint(g_strv_length(group->members), ==, 1);
  g_autoptr(User) user = user_store_find(test->transaction, "alice", &error);
  g_assert_cmpstr(user->groups[0], ==, "staff");
  g_assert_true(user_store_remove(test->transaction, "alice", &error)); /* takes the membership with it */
  g_autoptr(Group) empty = group_store_find(test->transaction, "staff", &error);
  g_assert_cmpuint(g_strv_length(empty->members), ==, 0);
}

static void
test_entitlements(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gint64 own = -1, by_group = -1;
  store_case_pool(test);
  store_case_user(test, "alice");
  store_case_user(test, "bob");
  add_group(test, "staff");
  g_assert_true(group_store_add_member(test->transaction, "staff", "bob", &error));
  for (guint twice = 0; twice < 2; twice++)
    g_assert_true(entitlement_store_add(test->transaction, "office", ENTITLEMENT_USER, "alice", &error));
  g_assert_true(entitlement_store_add(test->transaction, "office", ENTITLEMENT_GROUP, "staff", &error));
  g_assert_true(entitlement_store_count(test->transaction, "office", "alice", &own, &by_group, &error));
  g_assert_cmpint(own, ==, 1);
  g_assert_cmpint(by_group, ==, 0);
  g_assert_true(entitlement_store_count(test->transaction, "office", "bob", &own, &by_group, &error));
  g_assert_cmpint(own, ==, 0);
  g_assert_cmpint(by_group, ==, 1);
  g_autoptr(GPtrArray) all = entitlement_store_list(test->transaction, "office", &error);
  g_assert_cmpuint(all->len, ==, 2);
  g_assert_cmpstr(((Entitlement *)g_ptr_array_index(all, 0))->name, ==, "alice");
  g_assert_cmpint(((Entitlement *)g_ptr_array_index(all, 1))->kind, ==, ENTITLEMENT_GROUP);
  g_autoptr(GPtrArray) pools = pool_store_of_user(test->transaction, "bob", &error);
  g_assert_cmpuint(pools->len, ==, 1);
  g_assert_true(group_store_remove(test->transaction, "staff", &error));
  g_autoptr(GPtrArray) none = pool_store_of_user(test->transaction, "bob", &error);
  g_assert_cmpuint(none->len, ==, 0);
}

static void
add_sign_in(DbTransaction *transaction, const char *token_hash, gint64 expires_us)
{
  g_autoptr(GError) error = NULL;
  const SignInRow row = {.token_hash = (char *)token_hash,
                         .user_id = (char *)"alice",
                         .address = (char *)"192.0.2.7",
                         .method = (char *)"password",
                         .client = (char *)"Firefox on Linux",
                         .created_us = 10,
                         .expires_us = expires_us};
  g_assert_true(sign_in_store_add(transaction, &row, &error));
  g_assert_no_error(error);
}

static void
test_sign_ins(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "alice");
  static const char *const tokens[] = {"one", "two", "three"};
  for (guint i = 0; i < G_N_ELEMENTS(tokens); i++)
    add_sign_in(test->transaction, tokens[i], 100 + (gint64)i);
  g_autoptr(GPtrArray) all = sign_in_store_of_user(test->transaction, "alice", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(all->len, ==, G_N_ELEMENTS(tokens));
  const SignInRow *first = g_ptr_array_index(all, 0);
  g_assert_cmpstr(first->method, ==, "password");
  g_assert_cmpstr(first->client, ==, "Firefox on Linux");
  g_assert_cmpstr(first->address, ==, "192.0.2.7");
  g_assert_cmpint(first->created_us, ==, 10);
  g_assert_true(sign_in_store_remove_expired(test->transaction, 100, 0, &error));
  g_assert_null(sign_in_store_find(test->transaction, "one", NULL));
  g_assert_true(sign_in_store_touch(test->transaction, "two", 50, &error));
  g_assert_true(sign_in_store_remove_expired(test->transaction, 60, 40, &error)); /* "three" was idle */
  g_assert_null(sign_in_store_find(test->transaction, "three", NULL));
  g_autoptr(SignInRow) row = sign_in_store_find(test->transaction, "two", &error);
  g_assert_cmpint(row->used_us, ==, 50);
  g_assert_true(sign_in_store_remove_of_user(test->transaction, "alice", "two", &error));
  g_autoptr(SignInRow) kept = sign_in_store_find(test->transaction, "two", &error);
  g_assert_nonnull(kept);
  g_assert_true(sign_in_store_remove_of_user(test->transaction, "alice", NULL, &error));
  g_assert_null(sign_in_store_find(test->transaction, "two", NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/user", test_user);
  STORE_CASE_ADD("/stores/user/taken", test_name_is_taken);
  STORE_CASE_ADD("/stores/user/pages", test_pages);
  STORE_CASE_ADD("/stores/group", test_groups);
  STORE_CASE_ADD("/stores/entitlement", test_entitlements);
  STORE_CASE_ADD("/stores/sign-in", test_sign_ins);
  return g_test_run();
}
