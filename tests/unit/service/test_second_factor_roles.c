/* SPDX-License-Identifier: Apache-2.0 */
/* Roles that require a second factor: when they are marked, when they are bound, and who may mark them. */
#include "broker/service/people/group_admin.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/rights/binding_admin.h"
#include "broker/service/rights/role_admin.h"
#include "broker/service/services_private.h"
#include "tests/unit/service/factor_case.h"

static gboolean
is_known(FactorCase *test, const Caller *caller)
{
  g_autoptr(KnownSignIn) known =
      known_sign_ins_find(test->fixture->services->known_sign_ins, caller->token_hash);
  return known != NULL;
}

static void
mark(FactorCase *test, const char *role, gboolean required)
{
  g_autoptr(GError) error = NULL;
  const RoleChange change = {.second_factor_required = required};
  g_autoptr(Role) changed =
      role_admin_change(test->fixture->services, test->fixture->admin, role, &change, 0, &error);
  g_assert_no_error(error);
  g_assert_cmpint(changed->second_factor_required, ==, required);
}

static char *
bind(FactorCase *test, EntitlementKind kind, const char *subject, const char *role)
{
  g_autoptr(GError) error = NULL;
  const NewBinding new_binding = {.kind = kind, .subject = subject, .role = role, .object = "/pools"};
  g_autoptr(RoleBinding) binding =
      binding_admin_create(test->fixture->services, test->fixture->admin, &new_binding, &error);
  g_assert_no_error(error);
  return g_strdup(binding->id);
}

static void
assert_pending(FactorCase *test, const SignIn *sign_in, gboolean expected)
{
  service_fixture_catch_up(test->fixture); /* what changes meanwhile is not known by heart */
  g_autoptr(Caller) caller = factor_case_check(test, sign_in);
  g_assert_cmpint(caller->second_factor_pending, ==, expected);
  g_assert_cmpint(caller->enrolment_required, ==, expected);
  g_assert_cmpint(is_known(test, caller), ==, !expected);
}

static SignIn *
sign_in(FactorCase *test)
{
  g_autoptr(GError) error = NULL;
  SignIn *begun = sign_in_begin(test->fixture->services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_assert_no_error(error);
  return begun;
}

/* A role of hers is marked: her sign-in is known by heart no longer, and pending from its next request. */
static void
test_marking_a_role(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autofree char *binding = bind(test, ENTITLEMENT_USER, "alice", "auditor");
  g_autoptr(SignIn) begun = sign_in(test);
  g_autoptr(Caller) before = factor_case_check(test, begun);
  mark(test, "help-desk", TRUE); /* not hers */
  assert_pending(test, begun, FALSE);
  mark(test, "auditor", TRUE);
  g_assert_false(is_known(test, before));
  assert_pending(test, begun, TRUE);
  mark(test, "auditor", FALSE);
  assert_pending(test, begun, FALSE);
}

static void
test_binding_a_marked_role(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  mark(test, "auditor", TRUE);
  g_autoptr(SignIn) begun = sign_in(test);
  g_autoptr(Caller) before = factor_case_check(test, begun);
  g_assert_true(is_known(test, before));
  g_autofree char *binding = bind(test, ENTITLEMENT_USER, "alice", "auditor");
  g_assert_false(is_known(test, before));
  assert_pending(test, begun, TRUE);
  g_assert_true(binding_admin_delete(test->fixture->services, test->fixture->admin, binding, &error));
  assert_pending(test, begun, FALSE);
}

/* The administrator of everything is also one by an account's own roles. */
static void
test_administrator(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun = sign_in(test);
  mark(test, "administrator", TRUE);
  assert_pending(test, begun, FALSE);
  UserChange change = USER_CHANGE_NONE;
  change.administrator = TRUE;
  g_autoptr(User) changed =
      user_admin_change(test->fixture->services, test->fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  assert_pending(test, begun, TRUE);
}

static void
test_roles_of_groups(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  const Caller *admin = test->fixture->admin;
  g_autoptr(GError) error = NULL;
  const NewGroup desk = {.name = "desk"};
  g_autoptr(Group) group = group_admin_create(services, admin, &desk, &error);
  g_autoptr(SignIn) begun = sign_in(test);
  g_autoptr(Caller) before = factor_case_check(test, begun);
  mark(test, "help-desk", TRUE);
  g_autofree char *binding = bind(test, ENTITLEMENT_GROUP, "desk", "help-desk");
  assert_pending(test, begun, FALSE);
  g_assert_true(group_admin_add_member(services, admin, "desk", "alice", &error));
  g_assert_false(is_known(test, before));
  assert_pending(test, begun, TRUE);
  g_assert_true(binding_admin_delete(services, admin, binding, &error));
  assert_pending(test, begun, FALSE);
  g_autofree char *again = bind(test, ENTITLEMENT_GROUP, "desk", "help-desk");
  g_assert_false(is_known(test, before));
  assert_pending(test, begun, TRUE);
}

/* What everybody has is marked: everybody. A role of that name that was deleted leaves no rule behind. */
static void
test_everybody(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun = sign_in(test);
  mark(test, "user", TRUE);
  assert_pending(test, begun, TRUE);
  mark(test, "user", FALSE);
  const NewRole strict = {.name = "strict", .second_factor_required = TRUE};
  g_autoptr(Role) made = role_admin_create(services, test->fixture->admin, &strict, &error);
  g_assert_true(made->second_factor_required);
  g_assert_true(role_admin_delete(services, test->fixture->admin, "strict", &error));
  const NewRole mild = {.name = "strict"};
  g_autoptr(Role) anew = role_admin_create(services, test->fixture->admin, &mild, &error);
  g_assert_false(anew->second_factor_required);
}

/* Whoever lacks what a role gives does not say what it requires, and a fixed one stays as it is otherwise. */
static void
test_who_may_mark(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autofree char *binding = bind(test, ENTITLEMENT_USER, "alice", "pool-manager");
  g_autoptr(Caller) alice = factor_case_sign_in(test, "alice", NULL);
  RoleChange change = {.second_factor_required = FALSE};
  mark(test, "administrator", TRUE);
  g_assert_null(role_admin_change(services, alice, "administrator", &change, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN);
  g_clear_error(&error);
  g_autoptr(Role) role = role_admin_get(services, "administrator", &error);
  g_assert_true(role->second_factor_required);
  g_assert_null(role_admin_change(services, test->fixture->admin, "administrator", &change, 1, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE); /* the mark raised its version */
  g_clear_error(&error);
  change.description = "Less.";
  g_assert_null(role_admin_change(services, test->fixture->admin, "administrator", &change, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/second-factor/roles/marking", test_marking_a_role);
  g_test_add_func("/second-factor/roles/binding", test_binding_a_marked_role);
  g_test_add_func("/second-factor/roles/administrator", test_administrator);
  g_test_add_func("/second-factor/roles/of-groups", test_roles_of_groups);
  g_test_add_func("/second-factor/roles/everybody", test_everybody);
  g_test_add_func("/second-factor/roles/who-may-mark", test_who_may_mark);
  return g_test_run();
}
