/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/assignment_batch.h"

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
  g_test_add_func("/assignment-batch/rest", test_leaves_the_rest);
  g_test_add_func("/assignment-batch/crowd", test_crowd);
  g_test_add_func("/assignment-batch/host", test_host_is_told);
  return g_test_run();
}
