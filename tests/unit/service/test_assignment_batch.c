/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/assignment_batch.h"

#include "broker/service/audit_log.h"
#include "broker/service/connect/connect.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"

#define CROWD 24

static guint64
count(ServiceFixture *fixture)
{
  guint64 assignments, batches;
  assignment_batch_count(fixture->services->assignment_batch, &assignments, &batches);
  return assignments;
}

/* What is told to who connects is what everybody sees later. */
static void
test_shows_what_is_stored(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, "key", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(count(fixture), ==, 1);
  g_autoptr(Session) stored = session_list_get(fixture->services, alice, session->id, &error);
  g_assert_cmpstr(session->pool_name, ==, stored->pool_name);
  g_assert_cmpstr(session->user_name, ==, stored->user_name);
  g_assert_cmpstr(session->desktop_id, ==, stored->desktop_id);
  g_assert_cmpstr(session->desktop_name, ==, stored->desktop_name);
  g_assert_cmpstr(session->host, ==, stored->host);
  g_assert_cmpint(session->state, ==, stored->state);
  g_assert_cmpstr(session->step, ==, stored->step);
  g_assert_cmpuint(session->progress, ==, stored->progress);
  g_assert_cmpint(session->created_us, ==, stored->created_us);
  g_assert_cmpstr(session->device, ==, stored->device);
  g_assert_null(session->reasons);
  g_assert_null(stored->reasons);
}

static void
assert_alike(const ConsoleAccess *one, const ConsoleAccess *other)
{
  g_assert_cmpstr(one->grant, ==, other->grant);
  g_assert_cmpint(one->expires_us, ==, other->expires_us);
  g_assert_cmpstr(one->session_id, ==, other->session_id);
  g_assert_cmpstr(one->desktop_name, ==, other->desktop_name);
  g_assert_cmpstr(one->pool_name, ==, other->pool_name);
  g_assert_cmpstr(one->host, ==, other->host);
  g_assert_cmpstr(one->relay_address, ==, other->relay_address);
  g_assert_cmpuint(one->relay_port, ==, other->relay_port);
  g_assert_cmpstr(one->relay_identity, ==, other->relay_identity);
}

/* I8: the newest entries, the newest first. */
static void
assert_audited(ServiceFixture *fixture, const char *const *actions, const Session *session)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = 2};
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) entries = audit_log_list(fixture->services, &page, &next, &error);
  g_assert_no_error(error);
  g_autofree char *object = g_strconcat("session/", session->id, NULL);
  for (guint i = 0; actions[i] != NULL; i++) {
    const AuditEntry *entry = g_ptr_array_index(entries, i);
    g_assert_cmpstr(entry->action, ==, actions[i]);
    g_assert_cmpstr(entry->actor, ==, "alice");
    if (g_str_equal(entry->action, "console.grant"))
      g_assert_cmpstr(entry->object, ==, object);
  }
}

/* A grant that comes with the session is what asking for one afterwards leads to. */
static void
test_opens_at_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  const ConnectOptions options = {0};
  g_autoptr(ConsoleAccess) access = NULL;
  g_autoptr(Session) session =
      connect_and_open(fixture->services, alice, "office", &options, VIEWER_NATIVE, &access, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(count(fixture), ==, 1);
  g_assert_cmpuint(grant_batch_count(fixture->services->grant_batch), ==, 0); /* not a turn of its own */
  assert_audited(fixture, (const char *const[]){"console.grant", "session.assign", NULL}, session);
  g_autoptr(ConsoleAccess) afterwards =
      console_access_create(fixture->services, alice, session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  assert_alike(access, afterwards);
}

/* One's own session, and another viewer, the general way. */
static void
test_opens_what_is_not_plain(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  const ConnectOptions options = {0};
  g_autoptr(ConsoleAccess) browser = NULL, native = NULL, none = NULL;
  g_autoptr(Session) session =
      connect_and_open(fixture->services, alice, "office", &options, VIEWER_BROWSER, &browser, &error);
  g_assert_nonnull(browser->password);
  g_assert_null(browser->grant);
  g_autoptr(Session) resumed =
      connect_and_open(fixture->services, alice, "office", &options, VIEWER_NATIVE, &native, &error);
  g_assert_cmpstr(resumed->id, ==, session->id);
  g_assert_nonnull(native->grant);
  assert_audited(fixture, (const char *const[]){"console.grant", "session.resume", NULL}, session);
  g_autoptr(Session) made =
      connect_and_open(fixture->services, bob, "office", &options, VIEWER_NATIVE, &none, &error);
  g_assert_no_error(error);
  g_assert_cmpint(made->state, ==, SESSION_PREPARING);
  g_assert_null(none); /* not ready yet */
}

/* Whatever is not plain goes the general way, with its reasons. */
static void
test_leaves_the_rest(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Caller) eve = service_fixture_user(fixture, "eve");
  g_assert_true(
      pool_admin_withdraw(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, "eve", &error));
  g_assert_null(service_fixture_connect(fixture, eve, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_ENTITLED);
  g_autoptr(Session) first = service_fixture_connect(fixture, alice, "key", NULL);
  g_autoptr(Session) again = service_fixture_connect(fixture, alice, "key", NULL);
  g_assert_cmpstr(again->id, ==, first->id); /* the same key */
  g_autoptr(Session) resumed = service_fixture_connect(fixture, alice, "another", NULL);
  g_assert_cmpstr(resumed->id, ==, first->id); /* one's own */
  g_autoptr(Session) made = service_fixture_connect(fixture, bob, NULL, NULL);
  g_assert_cmpint(made->state, ==, SESSION_PREPARING); /* no spare is left */
  g_assert_cmpuint(count(fixture), ==, 1);
  service_fixture_check_invariants(fixture, 3);
}

typedef struct {
  ServiceFixture *fixture;
  Caller *caller;
  Session *session;
} Guest;

static gpointer
connect_guest(gpointer data)
{
  Guest *guest = data;
  g_autoptr(GError) error = NULL;
  guest->session = service_fixture_connect(guest->fixture, guest->caller, NULL, &error);
  g_assert_no_error(error);
  return NULL;
}

/* Faults 5 and 6: a crowd, each of them twice at once. Everybody gets one desktop, nobody another's. */
static void
test_crowd(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, CROWD, CROWD);
  service_fixture_settle(fixture);
  Guest guests[2 * CROWD] = {0};
  GThread *threads[2 * CROWD];
  for (guint i = 0; i < CROWD; i++) {
    g_autofree char *name = g_strdup_printf("user-%u", i);
    guests[i] = (Guest){.fixture = fixture, .caller = service_fixture_user(fixture, name)};
    guests[CROWD + i] = guests[i];
  }
  for (guint i = 0; i < 2 * CROWD; i++)
    threads[i] = g_thread_new("guest", connect_guest, &guests[i]);
  for (guint i = 0; i < 2 * CROWD; i++)
    g_thread_join(threads[i]);
  g_autoptr(GHashTable) desktops = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < CROWD; i++) {
    g_assert_cmpstr(guests[i].session->id, ==, guests[CROWD + i].session->id);
    g_assert_true(g_hash_table_add(desktops, guests[i].session->desktop_id));
  }
  g_assert_cmpuint(count(fixture), ==, CROWD);
  service_fixture_check_invariants(fixture, CROWD);
  g_hash_table_remove_all(desktops);
  for (guint i = 0; i < 2 * CROWD; i++) {
    session_free(guests[i].session);
    if (i < CROWD)
      caller_free(guests[i].caller);
  }
}

/* The command that raises the epoch on the host goes out with it. */
static void
test_host_is_told(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_true(services_tick(fixture->services, &error));
  g_assert_cmpuint(fixture->delivered->len, ==, 1);
  const HostMessage *message = g_ptr_array_index(fixture->delivered, 0);
  g_assert_cmpint(message->command.kind, ==, HOST_COMMAND_EPOCH);
  g_assert_cmpstr(message->command.desktop, ==, session->desktop_id);
  g_assert_cmpuint(message->command.epoch.counter, ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/assignment-batch/stored", test_shows_what_is_stored);
  g_test_add_func("/assignment-batch/opens", test_opens_at_once);
  g_test_add_func("/assignment-batch/opens-the-rest", test_opens_what_is_not_plain);
  g_test_add_func("/assignment-batch/rest", test_leaves_the_rest);
  g_test_add_func("/assignment-batch/crowd", test_crowd);
  g_test_add_func("/assignment-batch/host", test_host_is_told);
  return g_test_run();
}
