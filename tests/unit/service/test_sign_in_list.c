/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-ins that are seen and ended, and the consoles that end with them (invariant 16, 17). */
#include "broker/service/people/sign_in_list.h"

#include "broker/model/role.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/rights/binding_admin.h"
#include "broker/service/work.h"
#include "broker/store/sign_in_store.h"
#include "tests/unit/service/service_fixture.h"

#define PASSWORD "correct horse battery"
#define ADDRESS  "198.51.100.7"
#define HOUR_US  (3600 * (gint64)G_USEC_PER_SEC)

typedef struct {
  ServiceFixture *fixture;
  Services *services;
  GPtrArray *tokens; /* of those that sign_in() began */
} Case;

static Case *
case_new(void)
{
  g_autoptr(GError) error = NULL;
  Case *test = g_new0(Case, 1);
  test->fixture = service_fixture_new();
  test->services = test->fixture->services;
  test->tokens = g_ptr_array_new_with_free_func(g_free);
  const NewUser people[] = {
      {.name = "alice", .full_name = "Alice", .password = PASSWORD},
      {.name = "root", .full_name = "Root", .password = PASSWORD, .administrator = TRUE}};
  for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
    g_autoptr(User) user = user_admin_create(test->services, test->fixture->admin, &people[i], &error);
    g_assert_no_error(error);
  }
  return test;
}

static void
case_free(Case *test)
{
  g_ptr_array_unref(test->tokens);
  service_fixture_free(test->fixture);
  g_free(test);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

static Caller *
check(Case *test, const char *token)
{
  return sign_in_check(test->services, token, ADDRESS, NULL);
}

static Caller *
sign_in(Case *test, const char *name, const char *client)
{
  g_autoptr(GError) error = NULL;
  const SignInOrigin origin = {.address = ADDRESS, .client = client};
  g_autoptr(SignIn) begun = sign_in_begin(test->services, name, PASSWORD, &origin, &error);
  g_assert_no_error(error);
  g_ptr_array_add(test->tokens, g_strdup(begun->token));
  Caller *caller = check(test, begun->token);
  g_assert_nonnull(caller);
  return caller;
}

static GPtrArray *
list(Case *test, const Caller *caller, const char *user)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *sign_ins = sign_in_list(test->services, caller, user, &error);
  g_assert_no_error(error);
  return sign_ins;
}

static char *
id_of_other(Case *test, const Caller *caller)
{
  g_autoptr(GPtrArray) sign_ins = list(test, caller, NULL);
  for (guint i = 0; i < sign_ins->len; i++) {
    const ListedSignIn *sign_in = g_ptr_array_index(sign_ins, i);
    if (!sign_in->is_current)
      return g_strdup(sign_in->id);
  }
  g_assert_not_reached();
}

static gboolean
is_good(Case *test, guint at)
{
  g_autoptr(Caller) caller = check(test, g_ptr_array_index(test->tokens, at));
  return caller != NULL;
}

static void
test_list(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(Caller) first = sign_in(test, "alice", "Firefox on Linux");
  g_autoptr(Caller) second = sign_in(test, "alice", "carawayctl");
  g_autoptr(Caller) other = sign_in(test, "root", NULL);
  g_autoptr(GPtrArray) mine = list(test, first, NULL);
  g_assert_cmpuint(mine->len, ==, 2);
  guint current = 0;
  for (guint i = 0; i < mine->len; i++) {
    const ListedSignIn *row = g_ptr_array_index(mine, i);
    current += row->is_current ? 1 : 0;
    g_assert_cmpstr(row->client, ==, row->is_current ? "Firefox on Linux" : "carawayctl");
    g_assert_cmpstr(row->method, ==, "password");
    g_assert_cmpstr(row->address, ==, ADDRESS);
    g_assert_cmpint(row->expires_us, ==, row->created_us + 7 * 24 * HOUR_US);
    for (guint j = 0; j < test->tokens->len; j++) /* the id is neither the token nor made so as to find it */
      g_assert_null(strstr(row->id, g_ptr_array_index(test->tokens, j)));
    g_assert_null(strstr(first->token_hash, row->id));
    g_assert_null(strstr(second->token_hash, row->id));
  }
  g_assert_cmpuint(current, ==, 1);
  g_autoptr(GPtrArray) seen = list(test, other, "alice");
  g_assert_cmpuint(seen->len, ==, 2);
  g_assert_false(((ListedSignIn *)g_ptr_array_index(seen, 0))->is_current);
}

static void
test_end_one(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(Caller) first = sign_in(test, "alice", NULL);
  g_autoptr(Caller) second = sign_in(test, "alice", NULL);
  g_autoptr(Caller) other = sign_in(test, "root", NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *id = id_of_other(test, first);
  g_assert_false(sign_in_list_end(test->services, other, id, &error)); /* somebody else's is not there */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_false(sign_in_list_end(test->services, first, second->token_hash, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_true(sign_in_list_end(test->services, first, id, &error));
  g_assert_no_error(error);
  g_assert_true(is_good(test, 0));
  g_assert_false(is_good(test, 1));
  g_assert_true(is_good(test, 2));
  g_assert_false(sign_in_list_end(test->services, first, id, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_end_others(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(Caller) first = sign_in(test, "alice", NULL);
  g_autoptr(Caller) second = sign_in(test, "alice", NULL);
  g_autoptr(Caller) root = sign_in(test, "root", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_true(sign_in_list_end_all(test->services, first, NULL, &error));
  g_assert_true(is_good(test, 0));
  g_assert_false(is_good(test, 1));
  g_assert_true(is_good(test, 2));
  g_assert_true(sign_in_list_end_all(test->services, root, "alice", &error));
  g_assert_false(is_good(test, 0));
  g_assert_true(is_good(test, 2));
  g_assert_true(sign_in_list_end_all(test->services, root, "root", &error));
  g_assert_true(is_good(test, 2)); /* nobody throws themselves out by that */
  g_assert_false(sign_in_list_end_all(test->services, root, "nobody", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_administrators_have_shorter_limits(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(Caller) alice = sign_in(test, "alice", NULL);
  g_autoptr(Caller) root = sign_in(test, "root", NULL);
  fake_clock_advance(&test->fixture->clock, 3 * HOUR_US);
  g_assert_true(is_good(test, 0));
  g_assert_false(is_good(test, 1));
  UserChange promote = USER_CHANGE_NONE;
  promote.administrator = TRUE;
  g_autoptr(User) changed =
      user_admin_change(test->services, test->fixture->admin, "alice", &promote, 0, NULL);
  fake_clock_advance(&test->fixture->clock, 3 * HOUR_US);
  g_assert_false(is_good(test, 0)); /* whatever held when the sign-in began */
}

/* Who is one by a group is one. */
static void
test_administrators_by_a_group_have_shorter_limits(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(GError) error = NULL;
  const Caller *admin = test->fixture->admin;
  g_autoptr(Caller) alice = sign_in(test, "alice", NULL);
  g_autoptr(Group) chiefs = group_admin_create(test->services, admin, &(NewGroup){.name = "chiefs"}, &error);
  g_assert_no_error(error);
  const NewBinding binding = {
      .kind = ENTITLEMENT_GROUP, .subject = "chiefs", .role = ROLE_ADMINISTRATOR, .object = "/"};
  g_autoptr(RoleBinding) bound = binding_admin_create(test->services, admin, &binding, &error);
  g_assert_no_error(error);
  fake_clock_advance(&test->fixture->clock, 3 * HOUR_US);
  g_assert_true(is_good(test, 0));
  g_assert_true(group_admin_add_member(test->services, admin, "chiefs", "alice", &error));
  g_assert_no_error(error);
  fake_clock_advance(&test->fixture->clock, 3 * HOUR_US);
  g_assert_false(is_good(test, 0));
}

static void
test_the_oldest_makes_room(void)
{
  g_autoptr(Case) test = case_new();
  g_autoptr(Caller) first = sign_in(test, "alice", NULL);
  g_autoptr(Caller) root = sign_in(test, "root", NULL);
  for (guint i = 0; i < SIGN_IN_LIMITS_MAX_OF_ACCOUNT; i++) {
    g_autoptr(GError) error = NULL;
    fake_clock_advance(&test->fixture->clock, G_USEC_PER_SEC);
    g_autoptr(SignIn) begun = sign_in_enter(
        test->services, &(SignInEntry){.user_id = first->user_id, .method = "test", .address = ""}, &error);
    g_assert_no_error(error);
  }
  g_autoptr(GPtrArray) all = list(test, root, "alice");
  g_assert_cmpuint(all->len, ==, SIGN_IN_LIMITS_MAX_OF_ACCOUNT);
  g_assert_false(is_good(test, 0));
  g_assert_true(is_good(test, 1));
}

/* --- consoles --- */

typedef struct {
  ServiceFixture *fixture;
  Caller *alice;
  Session *session;
} Desk;

static void
desk_init(Desk *desk)
{
  g_autoptr(GError) error = NULL;
  desk->fixture = service_fixture_new();
  service_fixture_pool(desk->fixture, 2, 1);
  service_fixture_settle(desk->fixture);
  desk->alice = service_fixture_user(desk->fixture, "alice");
  desk->session = service_fixture_connect(desk->fixture, desk->alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_settle(desk->fixture);
  g_autoptr(ConsoleAccess) access = console_access_create(desk->fixture->services, desk->alice,
                                                          desk->session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  service_fixture_console(desk->fixture, desk->session, TRUE);
  service_fixture_settle(desk->fixture);
}

static void
desk_clear(Desk *desk)
{
  session_free(desk->session);
  caller_free(desk->alice);
  service_fixture_free(desk->fixture);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_clear)

/* The console is cut, grants of before open nothing, and the desktop is kept. */
static void
check_cut(Desk *desk)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpuint(service_fixture_commands(desk->fixture), ==, 2);
  const HostCommand *cut = service_fixture_command(desk->fixture, 0);
  g_assert_cmpint(cut->kind, ==, HOST_COMMAND_CUT);
  g_assert_cmpstr(cut->session, ==, desk->session->id);
  Epoch before = cut->epoch;
  const HostCommand *raise = service_fixture_command(desk->fixture, 1);
  g_assert_cmpint(raise->kind, ==, HOST_COMMAND_EPOCH);
  g_assert_cmpuint(raise->epoch.counter, ==, before.counter + 1);
  service_fixture_settle(desk->fixture);
  g_autoptr(Session) session = service_fixture_session(desk->fixture, desk->session->id);
  g_assert_cmpint(session->state, !=, SESSION_ENDED);
  g_assert_cmpstr(session->device, ==, "");
  service_fixture_check_invariants(desk->fixture, 2);
}

static void
test_ending_closes_consoles(void)
{
  g_auto(Desk) desk = {NULL};
  desk_init(&desk);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) elsewhere =
      caller_new(desk.alice->user_id, desk.alice->user_name, FALSE, ADDRESS, "another device");
  service_fixture_sign_in(desk.fixture, elsewhere);
  g_assert_true(sign_in_list_end_all(desk.fixture->services, elsewhere, NULL, &error));
  g_assert_no_error(error);
  check_cut(&desk);
  g_assert_null(console_access_create(desk.fixture->services, elsewhere, desk.session->id, VIEWER_NATIVE,
                                      FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DISCONNECTED);
  g_clear_error(&error);
  g_autoptr(Session) again = service_fixture_connect(desk.fixture, elsewhere, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->id, ==, desk.session->id); /* its owner comes back to it */
}

static void
test_ending_another_leaves_the_console(void)
{
  g_auto(Desk) desk = {NULL};
  desk_init(&desk);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) elsewhere =
      caller_new(desk.alice->user_id, desk.alice->user_name, FALSE, ADDRESS, "another device");
  service_fixture_sign_in(desk.fixture, elsewhere);
  g_assert_true(sign_in_end(desk.fixture->services, elsewhere, &error));
  g_assert_cmpuint(service_fixture_commands(desk.fixture), ==, 0);
}

static void
test_signing_out_closes_consoles(void)
{
  g_auto(Desk) desk = {NULL};
  desk_init(&desk);
  g_autoptr(GError) error = NULL;
  g_assert_true(sign_in_end(desk.fixture->services, desk.alice, &error));
  g_assert_no_error(error);
  check_cut(&desk);
}

/* Also one whose sign-in is over already, by its limits. */
static void
test_password_reset_closes_consoles(void)
{
  for (int expired = 0; expired < 2; expired++) {
    g_auto(Desk) desk = {NULL};
    desk_init(&desk);
    g_autoptr(GError) error = NULL;
    if (expired) {
      g_autoptr(Work) work = work_begin(desk.fixture->services, DB_WRITE, &error);
      g_assert_true(sign_in_store_remove(work->transaction, desk.alice->token_hash, &error));
      g_assert_true(work_commit(work, &error));
    }
    g_assert_true(user_admin_set_password(desk.fixture->services, desk.fixture->admin, "alice",
                                          "another good password", TRUE, &error));
    g_assert_no_error(error);
    check_cut(&desk);
  }
}

static void
test_disabling_ends_desktops(void)
{
  g_auto(Desk) desk = {NULL};
  desk_init(&desk);
  g_autoptr(GError) error = NULL;
  UserChange change = USER_CHANGE_NONE;
  change.disabled = TRUE;
  g_autoptr(User) user =
      user_admin_change(desk.fixture->services, desk.fixture->admin, "alice", &change, 0, &error);
  g_assert_no_error(error);
  g_autoptr(Session) session = service_fixture_session(desk.fixture, desk.session->id);
  g_assert_cmpint(session->state, ==, SESSION_ENDED);
  g_assert_cmpstr(session->end_code, ==, "not-permitted");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sign-in-list/list", test_list);
  g_test_add_func("/sign-in-list/end", test_end_one);
  g_test_add_func("/sign-in-list/end-others", test_end_others);
  g_test_add_func("/sign-in-list/administrators", test_administrators_have_shorter_limits);
  g_test_add_func("/sign-in-list/administrators-by-a-group",
                  test_administrators_by_a_group_have_shorter_limits);
  g_test_add_func("/sign-in-list/limit", test_the_oldest_makes_room);
  g_test_add_func("/sign-in-list/consoles", test_ending_closes_consoles);
  g_test_add_func("/sign-in-list/consoles/other", test_ending_another_leaves_the_console);
  g_test_add_func("/sign-in-list/consoles/sign-out", test_signing_out_closes_consoles);
  g_test_add_func("/sign-in-list/consoles/password-reset", test_password_reset_closes_consoles);
  g_test_add_func("/sign-in-list/consoles/disabled", test_disabling_ends_desktops);
  return g_test_run();
}
