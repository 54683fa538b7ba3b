/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/group_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/role_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

static void
add_role(StoreCase *test, const char *name, PermissionSet permissions)
{
  g_autoptr(GError) error = NULL;
  const Role role = {
      .name = (char *)name, .description = (char *)"For a test", .permissions = permissions, .created_us = 7};
  g_assert_true(role_store_add(test->transaction, &role, &error));
  g_assert_no_error(error);
}

static void
add_group(StoreCase *test, const char *name)
{
  g_autoptr(GError) error = NULL;
  const Group group = {.id = (char *)name, .name = (char *)name, .description = (char *)""};
  g_assert_true(group_store_add(test->transaction, &group, &error));
  g_assert_no_error(error);
}

static RoleBinding
binding(const char *id, EntitlementKind kind, const char *subject, const char *role, const char *object)
{
  return (RoleBinding){.id = (char *)id,
                       .kind = kind,
                       .subject_id = (char *)subject,
                       .role = (char *)role,
                       .object = (char *)object,
                       .created_us = 1};
}

static void
give(StoreCase *test, const char *id, EntitlementKind kind, const char *subject, const char *role,
     const char *object)
{
  g_autoptr(GError) error = NULL;
  const RoleBinding one = binding(id, kind, subject, role, object);
  g_assert_true(role_binding_store_add(test->transaction, &one, &error));
  g_assert_no_error(error);
}

/* "ROLE OBJECT" of each that the account holds, separated by ";" (transfer full). */
static char *
held_by(StoreCase *test, const char *user_id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Access) access = role_binding_store_of_user(test->transaction, user_id, &error);
  g_assert_no_error(error);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < access->roles->len; i++) {
    const HeldRole *held = g_ptr_array_index(access->roles, i);
    g_string_append_printf(text, "%s%s %s", i > 0 ? ";" : "", held->role, held->object);
  }
  return g_string_free(text, FALSE);
}

static void
assert_held(StoreCase *test, const char *user_id, const char *expected)
{
  g_autofree char *held = held_by(test, user_id);
  g_assert_cmpstr(held, ==, expected);
}

static gint64
administrators(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  gint64 count;
  g_assert_true(role_binding_store_count_administrators(test->transaction, &count, &error));
  return count;
}

static void
test_custom_roles(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  PermissionSet permissions = PERMISSION_BIT(PERMISSION_POOL_READ) | PERMISSION_BIT(PERMISSION_AUDIT_READ);
  add_role(test, "watcher", permissions);
  store_case_next(test, TRUE);
  g_autoptr(Role) role = role_store_find(test->transaction, "watcher", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(role->permissions, ==, permissions);
  g_assert_false(role->fixed);
  g_assert_cmpint(role->version, ==, 1);
  role->permissions = PERMISSION_BIT(PERMISSION_POOL_READ);
  g_assert_true(role_store_update(test->transaction, role, &error));
  g_autoptr(Role) changed = role_store_find(test->transaction, "watcher", &error);
  g_assert_cmpuint(changed->permissions, ==, PERMISSION_BIT(PERMISSION_POOL_READ));
  g_assert_cmpint(changed->version, ==, 2);
  const Role twice = {.name = (char *)"watcher", .description = (char *)""};
  g_assert_false(role_store_add(test->transaction, &twice, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

/* What the program says of them nobody changes by a row. */
static void
test_fixed_roles(StoreCase *test, gconstpointer data)
{
  for (guint i = 0; i < role_fixed_count(); i++) {
    g_autoptr(GError) error = NULL;
    Role role = *role_fixed(i);
    role.permissions = 0;
    g_assert_false(role_store_add(test->transaction, &role, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(role_store_update(test->transaction, &role, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
    g_autoptr(Role) found = role_store_find(test->transaction, role.name, NULL);
    g_assert_cmpuint(found->permissions, ==, role_fixed(i)->permissions);
  }
  add_role(test, "aaa", 0);
  g_autoptr(GPtrArray) all = role_store_all(test->transaction, NULL);
  g_assert_cmpuint(all->len, ==, role_fixed_count() + 1);
  g_assert_cmpstr(((Role *)g_ptr_array_index(all, all->len - 1))->name, ==, "aaa");
}

static void
test_removed_role_takes_its_bindings(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "anna");
  add_role(test, "watcher", PERMISSION_BIT(PERMISSION_POOL_READ));
  add_role(test, "watcher2", PERMISSION_BIT(PERMISSION_POOL_READ));
  give(test, "1", ENTITLEMENT_USER, "anna", "watcher", "/");
  give(test, "2", ENTITLEMENT_USER, "anna", "watcher2", "/");
  g_assert_true(role_store_remove(test->transaction, "watcher", &error));
  assert_held(test, "anna", "watcher2 /");
  add_role(test, "watcher", PERMISSION_BIT(PERMISSION_USER_MANAGE)); /* another one of that name */
  assert_held(test, "anna", "watcher2 /");
  g_assert_false(role_store_remove(test->transaction, "nothing", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_held_by_groups(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "anna");
  store_case_user(test, "bert");
  add_group(test, "staff");
  g_assert_true(group_store_add_member(test->transaction, "staff", "anna", &error));
  add_role(test, "watcher", PERMISSION_BIT(PERMISSION_POOL_READ));
  give(test, "1", ENTITLEMENT_GROUP, "staff", "watcher", "/pools/office");
  give(test, "2", ENTITLEMENT_USER, "bert", "watcher", "/");
  assert_held(test, "anna", "watcher /pools/office");
  assert_held(test, "bert", "watcher /");
  g_autoptr(Access) access = role_binding_store_of_user(test->transaction, "anna", &error);
  const HeldRole *held = g_ptr_array_index(access->roles, 0);
  g_assert_cmpstr(held->group, ==, "staff");
  g_assert_cmpuint(held->permissions, ==, PERMISSION_BIT(PERMISSION_POOL_READ));
  g_assert_true(group_store_remove_member(test->transaction, "staff", "anna", &error));
  assert_held(test, "anna", "");
  g_autoptr(Access) of_group = role_binding_store_of_group(test->transaction, "staff", &error);
  g_assert_cmpuint(of_group->roles->len, ==, 1);
}

static void
test_bindings(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "anna");
  store_case_pool(test);
  add_role(test, "watcher", 0);
  give(test, "1", ENTITLEMENT_USER, "anna", "watcher", "/pools/office");
  give(test, "2", ENTITLEMENT_USER, "anna", "watcher", "/pools/office2");
  const RoleBinding same = binding("3", ENTITLEMENT_USER, "anna", "watcher", "/pools/office");
  g_assert_false(role_binding_store_add(test->transaction, &same, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_autoptr(RoleBinding) found = role_binding_store_find(test->transaction, "1", &error);
  g_assert_cmpstr(found->subject_name, ==, "anna");
  g_assert_cmpstr(found->object_name, ==, "office");
  g_assert_cmpint(found->kind, ==, ENTITLEMENT_USER);
  g_assert_true(role_binding_store_remove_at(test->transaction, "/pools/office", &error));
  assert_held(test, "anna", "watcher /pools/office2");
  g_autoptr(GPtrArray) all = role_binding_store_all(test->transaction, &error);
  g_assert_cmpuint(all->len, ==, 1);
  g_assert_true(role_binding_store_remove(test->transaction, g_ptr_array_index(all, 0), &error));
  g_assert_false(role_binding_store_remove(test->transaction, g_ptr_array_index(all, 0), &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

/* Those who count: of everything, not disabled, each once. */
static void
test_administrators(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  static const char *const names[] = {"anna", "bert", "cleo", "dora"};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    store_case_user(test, names[i]);
  add_group(test, "chiefs");
  g_assert_cmpint(administrators(test), ==, 0);
  for (guint i = 0; i < 2; i++) /* twice is once */
    g_assert_true(role_binding_store_set_administrator(test->transaction, "anna", TRUE, 1, &error));
  g_assert_cmpint(administrators(test), ==, 1);
  give(test, "1", ENTITLEMENT_GROUP, "chiefs", ROLE_ADMINISTRATOR, "/");
  g_assert_true(group_store_add_member(test->transaction, "chiefs", "anna", &error));
  g_assert_true(group_store_add_member(test->transaction, "chiefs", "bert", &error));
  g_assert_cmpint(administrators(test), ==, 2);
  give(test, "2", ENTITLEMENT_USER, "cleo", ROLE_ADMINISTRATOR, "/pools/office");
  give(test, "3", ENTITLEMENT_USER, "dora", "auditor", "/");
  g_assert_cmpint(administrators(test), ==, 2);
  g_autoptr(User) bert = user_store_find(test->transaction, "bert", &error);
  bert->disabled = TRUE;
  g_assert_true(user_store_update(test->transaction, bert, &error));
  g_assert_cmpint(administrators(test), ==, 1);
  g_assert_true(role_binding_store_set_administrator(test->transaction, "anna", FALSE, 1, &error));
  g_assert_cmpint(administrators(test), ==, 1); /* by the group */
  g_assert_true(group_store_remove_member(test->transaction, "chiefs", "anna", &error));
  g_assert_cmpint(administrators(test), ==, 0);
}

/* A broker of the version before reads it from the account. */
static void
test_account_follows_its_role(StoreCase *test, gconstpointer data)
{
  static const struct {
    const char *role, *object;
    gboolean administrator;
  } rows[] = {
      {ROLE_ADMINISTRATOR, "/", TRUE}, {ROLE_ADMINISTRATOR, "/pools/office", FALSE}, {"auditor", "/", FALSE}};
  store_case_user(test, "anna");
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    const RoleBinding one = binding("1", ENTITLEMENT_USER, "anna", rows[i].role, rows[i].object);
    g_assert_true(role_binding_store_add(test->transaction, &one, &error));
    g_autoptr(User) with = user_store_find(test->transaction, "anna", &error);
    g_assert_cmpint(with->administrator, ==, rows[i].administrator);
    g_assert_true(role_binding_store_remove(test->transaction, &one, &error));
    g_autoptr(User) without = user_store_find(test->transaction, "anna", &error);
    g_assert_false(without->administrator);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/role-stores/custom", test_custom_roles);
  STORE_CASE_ADD("/role-stores/fixed", test_fixed_roles);
  STORE_CASE_ADD("/role-stores/removed", test_removed_role_takes_its_bindings);
  STORE_CASE_ADD("/role-stores/groups", test_held_by_groups);
  STORE_CASE_ADD("/role-stores/bindings", test_bindings);
  STORE_CASE_ADD("/role-stores/administrators", test_administrators);
  STORE_CASE_ADD("/role-stores/account", test_account_follows_its_role);
  return g_test_run();
}
