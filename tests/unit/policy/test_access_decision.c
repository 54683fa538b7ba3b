/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/role.h"
#include "broker/policy/access_decision.h"

#define READS   PERMISSION_BIT(PERMISSION_POOL_READ)
#define MANAGES (READS | PERMISSION_BIT(PERMISSION_POOL_MANAGE))

/* Reads all pools, manages one, reads one host; by a group helps the users of another. */
static Access *
some_roles(void)
{
  Access *access = access_new();
  access_add(access, "1", "reader", "/pools", NULL, READS);
  access_add(access, "2", "keeper", "/pools/p1", NULL, MANAGES);
  access_add(access, "3", "watcher", "/hosts/kvm1", NULL, PERMISSION_BIT(PERMISSION_HOST_READ));
  access_add(access, "4", "helper", "/groups/g1", "desk", PERMISSION_BIT(PERMISSION_USER_READ));
  return access;
}

static void
test_one_object(void)
{
  static const struct {
    Permission permission;
    const char *paths[3];
    const char *role;
  } cases[] = {
      {PERMISSION_POOL_READ, {"/pools/p2"}, "reader"},
      {PERMISSION_POOL_MANAGE, {"/pools/p1"}, "keeper"},
      {PERMISSION_POOL_MANAGE, {"/pools/p2"}, NULL},
      {PERMISSION_POOL_MANAGE, {"/pools/p10"}, NULL}, /* no name reaches another that begins like it */
      {PERMISSION_POOL_MANAGE, {"/pools"}, NULL},
      {PERMISSION_POOL_READ, {"/"}, NULL},
      {PERMISSION_HOST_READ, {"/hosts/kvm1"}, "watcher"},
      {PERMISSION_HOST_READ, {"/hosts/kvm11"}, NULL},
      {PERMISSION_POOL_READ, {"/hosts/kvm1"}, NULL},
      {PERMISSION_USER_READ, {"/users/all", "/groups/g1"}, "helper"},
      {PERMISSION_USER_READ, {"/users/all", "/groups/g2"}, NULL},
      {PERMISSION_USER_READ, {NULL}, NULL}, /* what is not there */
      {PERMISSION_OWN, {"/pools/p1"}, NULL},
  };
  g_autoptr(Access) access = some_roles();
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    const HeldRole *held = access_decision_role(access, cases[i].permission, cases[i].paths);
    g_assert_cmpstr(held != NULL ? held->role : NULL, ==, cases[i].role);
  }
}

static void
test_lists(void)
{
  g_autoptr(Access) access = some_roles();
  g_assert_true(access_decision_allows_some(access, PERMISSION_POOL_MANAGE, OBJECT_POOL));
  g_assert_true(access_decision_allows_some(access, PERMISSION_USER_READ, OBJECT_USER));
  g_assert_false(access_decision_allows_some(access, PERMISSION_HOST_MANAGE, OBJECT_HOST));
  g_assert_false(access_decision_allows_some(access, PERMISSION_POOL_READ, OBJECT_HOST));
  g_autofree char *all = access_decision_within(access, PERMISSION_POOL_READ, "/pools");
  g_assert_null(all);
  g_autofree char *one = access_decision_within(access, PERMISSION_POOL_MANAGE, "/pools");
  g_assert_cmpstr(one, ==, " p1 ");
  g_autofree char *none = access_decision_within(access, PERMISSION_HOST_MANAGE, "/hosts");
  g_assert_cmpstr(none, ==, "");
}

/* An access token gives no more than it says, whatever the roles of its account. */
static void
test_limit(void)
{
  g_autoptr(Access) access = access_new_everything();
  static const char *const paths[] = {"/pools/p1", NULL};
  access->limit = READS;
  g_assert_nonnull(access_decision_role(access, PERMISSION_POOL_READ, paths));
  g_assert_null(access_decision_role(access, PERMISSION_POOL_MANAGE, paths));
  g_assert_cmpuint(access_decision_on(access, paths), ==, READS);
  g_assert_cmpuint(access_permissions(access), ==, READS);
}

static void
test_no_way_to_more(void)
{
  g_autoptr(Access) mine = some_roles();
  g_autoptr(Access) theirs = access_new();
  const HeldRole *missing = NULL;
  PermissionSet lacks = 0;
  g_assert_true(access_decision_not_above(mine, theirs, &missing));
  access_add(theirs, "5", "keeper", "/pools/p1", NULL, MANAGES);
  access_add(theirs, "6", "reader", "/pools/p7", NULL, READS);
  g_assert_true(access_decision_not_above(mine, theirs, &missing));
  access_add(theirs, "7", "all", "/pools", NULL, MANAGES);
  g_assert_false(access_decision_not_above(mine, theirs, &missing));
  g_assert_cmpstr(missing->role, ==, "all");
  g_assert_false(access_decision_covers(mine, MANAGES, "/pools", &lacks));
  g_assert_cmpuint(lacks, ==, PERMISSION_BIT(PERMISSION_POOL_MANAGE));
  g_autoptr(Access) everything = access_new_everything();
  g_assert_true(access_decision_not_above(everything, theirs, &missing));
  g_assert_false(access_decision_not_above(theirs, everything, &missing));
}

static void
test_fixed_roles(void)
{
  const Role *auditor = role_fixed_find("auditor"), *helper = role_fixed_find("help-desk");
  g_auto(GStrv) reads = permission_set_names(auditor->permissions);
  for (char **name = reads; *name != NULL; name++)
    g_assert_true(g_str_has_suffix(*name, ".read"));
  for (int permission = PERMISSION_ROLES_FIRST; permission < PERMISSION_ROLES_END; permission++)
    if (g_str_has_suffix(permission_name((Permission)permission), ".read"))
      g_assert_true((auditor->permissions & PERMISSION_BIT(permission)) != 0);
  g_assert_cmpuint(helper->permissions &
                       (PERMISSION_BIT(PERMISSION_POOL_MANAGE) | PERMISSION_BIT(PERMISSION_HOST_READ) |
                        PERMISSION_BIT(PERMISSION_USER_MANAGE) | PERMISSION_BIT(PERMISSION_ROLE_MANAGE)),
                   ==, 0);
  g_assert_cmpuint(role_fixed_find(ROLE_USER)->permissions, ==, 0);
  g_assert_null(role_fixed_find("root"));
  g_autofree char *text = permission_set_text(helper->permissions);
  g_assert_cmpuint(permission_set_from_text(text), ==, helper->permissions);
  g_assert_cmpuint(permission_set_from_text("own gateway host no.such pool.read"), ==, READS);
}

static void
test_paths(void)
{
  static const struct {
    const char *path;
    gboolean good;
    const char *key;
  } cases[] = {
      {"/", TRUE, NULL},
      {"/pools", TRUE, NULL},
      {"/pools/p1", TRUE, "p1"},
      {"/hosts/kvm1", TRUE, "kvm1"},
      {"/users", TRUE, NULL},
      {"/pools/", FALSE, NULL},
      {"/pools/a/b", FALSE, NULL},
      {"/users/alice", FALSE, NULL},
      {"/poolsharp", FALSE, NULL},
      {"pools", FALSE, NULL},
      {"", FALSE, NULL},
      {"//", FALSE, NULL},
      {"/pools/../hosts", FALSE, NULL},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    ObjectKind kind;
    const char *key;
    g_assert_cmpint(object_split(cases[i].path, &kind, &key), ==, cases[i].good);
    if (cases[i].good)
      g_assert_cmpstr(key, ==, cases[i].key);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/access/one", test_one_object);
  g_test_add_func("/access/lists", test_lists);
  g_test_add_func("/access/limit", test_limit);
  g_test_add_func("/access/no-way-to-more", test_no_way_to_more);
  g_test_add_func("/access/fixed-roles", test_fixed_roles);
  g_test_add_func("/access/paths", test_paths);
  return g_test_run();
}
