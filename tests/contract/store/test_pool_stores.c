/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/desktop_number_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/group_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"
#include "tests/contract/store/store_case.h"

static guint
take(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  guint number = 0;
  g_assert_true(desktop_number_store_take(test->transaction, "office", &number, &error));
  g_assert_no_error(error);
  return number;
}

static void
give_back(StoreCase *test, guint number)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(desktop_number_store_give_back(test->transaction, "office", number, &error));
  g_assert_no_error(error);
}

static void
test_low_numbers_first(StoreCase *test, gconstpointer data)
{
  store_case_pool(test);
  for (guint i = 1; i <= 5; i++)
    g_assert_cmpuint(take(test), ==, i);
  give_back(test, 4);
  give_back(test, 2);
  give_back(test, 2); /* a second time is fine … */
  give_back(test, 9); /* … and so is one that was never taken */
  g_assert_cmpuint(take(test), ==, 2);
  g_assert_cmpuint(take(test), ==, 4);
  g_assert_cmpuint(take(test), ==, 6);
}

static void
test_taken_names(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean taken;
  store_case_pool(test);
  store_case_desktop(test, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  g_assert_true(desktop_number_store_is_taken(test->transaction, "office-0001", &taken, &error));
  g_assert_true(taken);
  g_assert_true(desktop_number_store_is_taken(test->transaction, "office-0002", &taken, &error));
  g_assert_false(taken);
  g_assert_no_error(error);
}

/* A change of the pool leaves its numbers alone. */
static void
test_numbers_survive_a_change(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  take(test);
  take(test);
  give_back(test, 1);
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  g_assert_true(pool_store_update(test->transaction, pool, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(take(test), ==, 1);
  g_assert_cmpuint(take(test), ==, 3);
}

static guint
count_tagged(StoreCase *test, const char *tag)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = 10};
  g_autoptr(GPtrArray) pools = pool_store_list(test->transaction, tag, &page, NULL, &error);
  g_assert_no_error(error);
  return pools->len;
}

static void
test_tags(StoreCase *test, gconstpointer data)
{
  static const char *const tags[] = {"ward_3", "day.shift", NULL};
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  g_strfreev(pool->tags);
  pool->tags = g_strdupv((GStrv)tags);
  g_assert_true(pool_store_update(test->transaction, pool, &error));
  g_assert_cmpuint(count_tagged(test, NULL), ==, 1);
  g_assert_cmpuint(count_tagged(test, "ward_3"), ==, 1);
  g_assert_cmpuint(count_tagged(test, "day.shift"), ==, 1);
  g_assert_cmpuint(count_tagged(test, "wardx3"), ==, 0); /* no pattern */
  g_assert_cmpuint(count_tagged(test, "ward"), ==, 0);
  g_assert_cmpuint(count_tagged(test, "shift"), ==, 0);
}

static void
test_naming_of_others(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  g_autofree char *none = pool_store_find_naming(test->transaction, pool, &error);
  g_assert_null(none); /* its own */
  g_free(pool->id);
  g_free(pool->name);
  pool->id = g_strdup("lab");
  pool->name = g_strdup("lab");
  g_autofree char *other = pool_store_find_naming(test->transaction, pool, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(other, ==, "office");
  g_autofree char *naming = NULL;
  g_assert_true(pool_store_get_naming(test->transaction, "office", &naming, &error));
  g_assert_cmpstr(naming, ==, "office-{n:4}");
}

static void
test_entitled_groups(StoreCase *test, gconstpointer data)
{
  static const char *const names[] = {"ward", "nurses", "others"};
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_user(test, "alice");
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    const Group group = {.id = (char *)names[i], .name = (char *)names[i], .description = (char *)""};
    g_assert_true(group_store_add(test->transaction, &group, &error));
    g_assert_true(entitlement_store_add(test->transaction, "office", ENTITLEMENT_GROUP, names[i], &error));
    if (i < 2)
      g_assert_true(group_store_add_member(test->transaction, names[i], "alice", &error));
  }
  g_auto(GStrv) groups = entitlement_store_groups(test->transaction, "office", "alice", &error);
  g_assert_no_error(error);
  g_autofree char *joined = g_strjoinv(" ", groups);
  g_assert_cmpstr(joined, ==, "nurses ward");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/desktop-number/low-first", test_low_numbers_first);
  STORE_CASE_ADD("/stores/desktop-number/taken-names", test_taken_names);
  STORE_CASE_ADD("/stores/desktop-number/survive-a-change", test_numbers_survive_a_change);
  STORE_CASE_ADD("/stores/pool/tags", test_tags);
  STORE_CASE_ADD("/stores/pool/naming", test_naming_of_others);
  STORE_CASE_ADD("/stores/entitlement/groups", test_entitled_groups);
  return g_test_run();
}
