/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/hosts/host_removal.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/image_registry.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_control.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"

static gboolean
join(ServiceFixture *fixture, const char *secret, const char *role, const char *name, GError **error)
{
  return host_registry_join(fixture->services, secret, role, name, "192.0.2.20", 8444, NULL, "192.0.2.20",
                            error);
}

static void
test_join_token_works_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(JoinToken) token =
      host_registry_create_join_token(fixture->services, fixture->admin, "host", 0, &error);
  g_assert_false(join(fixture, token->secret, "portal", "edge", &error)); /* for a host, not a portal */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN);
  g_clear_error(&error);
  g_assert_false(join(fixture, token->secret, "host", "../kvm", &error)); /* refused before it is spent */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_true(join(fixture, token->secret, "host", "kvm9", &error));
  g_assert_false(join(fixture, token->secret, "host", "kvm8", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN);
  g_clear_error(&error);
  g_autoptr(JoinToken) late =
      host_registry_create_join_token(fixture->services, fixture->admin, "host", 60, &error);
  fake_clock_advance(&fixture->clock, 60 * (gint64)G_USEC_PER_SEC);
  g_assert_false(join(fixture, late->secret, "host", "kvm8", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN);
}

static void
test_host_name_is_taken(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  g_autoptr(JoinToken) token =
      host_registry_create_join_token(fixture->services, fixture->admin, "host", 0, &error);
  g_assert_false(join(fixture, token->secret, "host", FIXTURE_HOST, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_true(join(fixture, token->secret, "host", "kvm2", &error)); /* the refusal did not spend it */
}

static void
test_removed_host_is_not_trusted(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_false(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  service_fixture_host_silent(fixture);
  g_assert_true(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, FALSE, &error));
  g_assert_no_error(error);
  g_autoptr(Session) ended = session_list_get(fixture->services, alice, session->id, &error);
  g_assert_cmpstr(ended->end_code, ==, "host-gone");
  const HostHello hello = {.host = FIXTURE_HOST, .boot_id = "b", .agent_version = "1"};
  g_assert_null(host_events_hello(fixture->services, FIXTURE_HOST, &hello, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
}

static void
test_group_gives_and_takes(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Group) staff =
      group_admin_create(fixture->services, fixture->admin, &(NewGroup){.name = "staff"}, &error);
  g_assert_no_error(error);
  g_assert_true(group_admin_add_member(fixture->services, fixture->admin, "staff", "alice", &error));
  g_assert_true(
      pool_admin_entitle(fixture->services, fixture->admin, "office", ENTITLEMENT_GROUP, "staff", &error));
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_true(
      pool_admin_withdraw(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, "alice", &error));
  g_autoptr(Session) kept = session_list_get(fixture->services, alice, session->id, &error);
  g_assert_cmpint(kept->state, ==, SESSION_READY); /* the group still entitles */
  g_assert_true(group_admin_remove_member(fixture->services, fixture->admin, "staff", "alice", &error));
  g_autoptr(Session) cut = session_list_get(fixture->services, alice, session->id, &error);
  g_assert_cmpstr(cut->end_code, ==, "not-entitled");
}

static void
test_deleted_user(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  const NewUser root = {.name = "root", .password = "a long enough one", .administrator = TRUE};
  g_autoptr(User) administrator = user_admin_create(fixture->services, fixture->admin, &root, &error);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_true(user_admin_delete(fixture->services, fixture->admin, "alice", &error));
  g_assert_no_error(error);
  g_autoptr(Session) ended = session_list_get(fixture->services, fixture->admin, session->id, &error);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, session->desktop_id));
}

static void
test_offers(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Caller) carol = caller_new("carol-id", "carol", FALSE, "", "");
  g_autoptr(GPtrArray) before = connect_offers(fixture->services, bob, &error);
  g_assert_true(((DesktopOffer *)g_ptr_array_index(before, 0))->available);
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_autoptr(GPtrArray) mine = connect_offers(fixture->services, alice, &error);
  const DesktopOffer *own = g_ptr_array_index(mine, 0);
  g_assert_cmpuint(own->sessions->len, ==, 1);
  g_assert_cmpstr(((Session *)g_ptr_array_index(own->sessions, 0))->id, ==, session->id);
  g_assert_cmpuint(own->desktops->len, ==, 1);
  g_autoptr(GPtrArray) after = connect_offers(fixture->services, bob, &error);
  const DesktopOffer *full = g_ptr_array_index(after, 0);
  g_assert_false(full->available);
  g_assert_cmpuint(full->sessions->len, ==, 0);
  g_assert_cmpstr(full->reasons[0], ==, "All 1 desktops are in use.");
  g_autoptr(GPtrArray) none = connect_offers(fixture->services, carol, &error);
  g_assert_cmpuint(none->len, ==, 0);
}

/* Fault 29, here: somebody else's session does not exist, whatever one tries on it. */
static void
test_sessions_are_private(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  for (int control = 0; control < SESSION_CONTROLS; control++) {
    g_assert_null(session_control(fixture->services, bob, session->id, (SessionControl)control, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
    g_clear_error(&error);
  }
  g_assert_null(session_list_get(fixture->services, bob, session->id, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  const Page page = {0};
  g_autoptr(GPtrArray) theirs = session_list(fixture->services, bob, FALSE, &page, NULL, &error);
  g_assert_cmpuint(theirs->len, ==, 0);
}

static void
test_controls_become_commands(void)
{
  static const struct {
    SessionControl control;
    HostCommandKind kind;
  } cases[] = {{SESSION_CONTROL_DISCONNECT, HOST_COMMAND_CUT},
               {SESSION_CONTROL_RESTART, HOST_COMMAND_RESTART},
               {SESSION_CONTROL_RESET, HOST_COMMAND_RESET},
               {SESSION_CONTROL_LOCK, HOST_COMMAND_LOCK}};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    service_fixture_forget_commands(fixture);
    g_autoptr(Session) after =
        session_control(fixture->services, alice, session->id, cases[i].control, &error);
    g_assert_no_error(error);
    const HostCommand *command = service_fixture_command(fixture, 0);
    g_assert_cmpint(command->kind, ==, cases[i].kind);
    g_assert_cmpstr(command->desktop, ==, session->desktop_id);
    g_assert_cmpuint(command->epoch.counter, ==, 2);
  }
  g_assert_true(session_control_message(fixture->services, fixture->admin, session->id, "Hello",
                                        "The power goes off\nat noon.", &error));
  g_assert_false(
      session_control_message(fixture->services, fixture->admin, session->id, "Hello", "", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

/* Its password is nobody's: who locked a desktop comes back to it through the front door. */
static void
test_lock_ends_the_console(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_forget_commands(fixture);
  g_autoptr(Session) after =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_LOCK, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 2);
  const HostCommand *lock = service_fixture_command(fixture, 0);
  const HostCommand *cut = service_fixture_command(fixture, 1);
  g_assert_cmpint(lock->kind, ==, HOST_COMMAND_LOCK);
  g_assert_cmpint(cut->kind, ==, HOST_COMMAND_CUT);
  g_assert_cmpstr(cut->session, ==, session->id);
  g_assert_cmpstr(cut->reason, ==, "disconnected");
}

static void
test_damaged_image(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  g_assert_null(image_registry_register(fixture->services, fixture->admin, "nothing", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING);
  g_clear_error(&error);
  HostImage broken = {
      .name = "broken", .hash = "", .state = HOST_IMAGE_DAMAGED, .detail = "its hash differs"};
  const HostImages images = {.images = &broken, .image_count = 1};
  g_assert_true(host_events_images(fixture->services, FIXTURE_HOST, fixture->term, &images, &error));
  g_assert_null(image_registry_register(fixture->services, fixture->admin, "broken", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
  g_clear_error(&error);
  g_assert_false(image_registry_remove(fixture->services, fixture->admin, "office", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/administration/join-token", test_join_token_works_once);
  g_test_add_func("/administration/host-name", test_host_name_is_taken);
  g_test_add_func("/administration/removed-host", test_removed_host_is_not_trusted);
  g_test_add_func("/administration/group", test_group_gives_and_takes);
  g_test_add_func("/administration/deleted-user", test_deleted_user);
  g_test_add_func("/administration/offers", test_offers);
  g_test_add_func("/administration/private", test_sessions_are_private);
  g_test_add_func("/administration/controls", test_controls_become_commands);
  g_test_add_func("/administration/lock", test_lock_ends_the_console);
  g_test_add_func("/administration/image", test_damaged_image);
  return g_test_run();
}
