/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/capacity_store.h"

#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/outbox_store.h"
#include "tests/contract/store/store_case.h"

static void
set_host(StoreCase *test, HostState state, gint64 last_seen_us)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  host->state = state;
  host->last_seen_us = last_seen_us;
  g_assert_true(host_store_put(test->transaction, host, &error));
}

static void
set_ready(StoreCase *test, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, name, &error);
  desktop->guest.ready = TRUE;
  g_assert_true(desktop_store_update(test->transaction, desktop, &error));
}

static const char *
name_at(const GPtrArray *desktops, guint index)
{
  return ((const Desktop *)g_ptr_array_index(desktops, index))->name;
}

/* What a host said last knows of the desktops that were there, not of planned and later ones. */
static void
test_loads(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  set_host(test, HOST_UP, 10);
  store_case_desktop(test, "seen", ASSIGNMENT_SPARE, POWER_UP, 9);
  store_case_desktop(test, "planned", ASSIGNMENT_NONE, POWER_PLANNED, 9);
  store_case_desktop(test, "later", ASSIGNMENT_NONE, POWER_CLONING, 10);
  g_autoptr(GHashTable) loads = capacity_store_loads(test->transaction, &error);
  g_assert_no_error(error);
  const CapacityLoad *load = g_hash_table_lookup(loads, "kvm1");
  g_assert_cmpuint(load->vcpus, ==, 6);
  g_assert_cmpuint(load->unseen, ==, 2);
  g_assert_cmpuint(load->unseen_mib, ==, 2048);
}

static void
test_pool(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  CapacityPool pool;
  gboolean has_desktops = TRUE;
  store_case_pool(test);
  set_host(test, HOST_UP, 10);
  g_assert_true(capacity_store_has_desktops(test->transaction, "office", &has_desktops, &error));
  g_assert_false(has_desktops);
  store_case_desktop(test, "a", ASSIGNMENT_SPARE, POWER_UP, 1);
  store_case_desktop(test, "b", ASSIGNMENT_SPARE, POWER_LOST, 2);
  store_case_desktop(test, "c", ASSIGNMENT_NONE, POWER_PLANNED, 3);
  store_case_desktop(test, "d", ASSIGNMENT_NONE, POWER_STARTING, 4);
  store_case_desktop(test, "e", ASSIGNMENT_RECYCLING, POWER_UP, 5);
  g_assert_true(capacity_store_pool(test->transaction, "office", "shape", &pool, &error));
  g_assert_cmpuint(pool.assigned, ==, 0);
  g_assert_cmpuint(pool.spare, ==, 1);
  g_assert_cmpuint(pool.starting, ==, 2);
  g_assert_cmpuint(pool.outdated, ==, 0);
  g_assert_cmpuint(pool.leaving, ==, 1);
  set_host(test, HOST_SILENT, 10);
  g_assert_true(capacity_store_pool(test->transaction, "office", "other", &pool, &error));
  g_assert_cmpuint(pool.spare + pool.starting, ==, 0);
  g_assert_cmpuint(pool.outdated, ==, 3);
  g_assert_cmpuint(pool.leaving, ==, 0);
  g_assert_true(capacity_store_has_desktops(test->transaction, "office", &has_desktops, &error));
  g_assert_true(has_desktops);
}

/* Enough ready ones: the others are not even read. */
static void
test_ready_ones_first(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  set_host(test, HOST_UP, 10);
  store_case_desktop(test, "booting", ASSIGNMENT_NONE, POWER_STARTING, 1);
  store_case_desktop(test, "young", ASSIGNMENT_SPARE, POWER_UP, 3);
  store_case_desktop(test, "old", ASSIGNMENT_SPARE, POWER_UP, 2);
  set_ready(test, "young");
  set_ready(test, "old");
  g_autoptr(GPtrArray) one = desktop_store_free_of_pool(test->transaction, "office", "shape", 1, &error);
  g_assert_cmpuint(one->len, ==, 1);
  g_assert_cmpstr(name_at(one, 0), ==, "old");
  g_autoptr(GPtrArray) all = desktop_store_free_of_pool(test->transaction, "office", "shape", 4, &error);
  g_assert_cmpuint(all->len, ==, 3);
  g_assert_cmpstr(name_at(all, 2), ==, "booting");
  g_autoptr(GPtrArray) other = desktop_store_free_of_pool(test->transaction, "office", "new", 1, &error);
  g_assert_cmpuint(other->len, ==, 3); /* none of that shape: any of them */
}

static void
test_to_be_given_up(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  set_host(test, HOST_UP, 10);
  store_case_desktop(test, "old", ASSIGNMENT_SPARE, POWER_UP, 1);
  store_case_desktop(test, "young", ASSIGNMENT_SPARE, POWER_UP, 2);
  store_case_desktop(test, "lost", ASSIGNMENT_SPARE, POWER_LOST, 3);
  g_autoptr(GPtrArray) youngest =
      desktop_store_youngest(test->transaction, "office", ASSIGNMENT_SPARE, "shape", 1, &error);
  g_assert_cmpuint(youngest->len, ==, 1);
  g_assert_cmpstr(name_at(youngest, 0), ==, "young");
  g_autoptr(GPtrArray) same = desktop_store_outdated(test->transaction, "office", "shape", 9, &error);
  g_assert_cmpuint(same->len, ==, 0);
  g_autoptr(GPtrArray) outdated = desktop_store_outdated(test->transaction, "office", "new", 9, &error);
  g_assert_cmpuint(outdated->len, ==, 2);
}

/* A destroy command that failed leaves a desktop that nobody destroys. */
static void
test_undestroyed(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  set_host(test, HOST_UP, 10);
  store_case_desktop(test, "told", ASSIGNMENT_RECYCLING, POWER_UP, 1);
  store_case_desktop(test, "untold", ASSIGNMENT_RECYCLING, POWER_UP, 2);
  const HostCommand command = {.kind = HOST_COMMAND_DESTROY, .desktop = "told", .epoch = {1, 1}};
  g_assert_true(outbox_store_add(test->transaction, "kvm1", &command, &error));
  g_autoptr(GPtrArray) one = desktop_store_undestroyed(test->transaction, "office", 9, &error);
  g_assert_cmpuint(one->len, ==, 1);
  g_assert_cmpstr(name_at(one, 0), ==, "untold");
  set_host(test, HOST_SILENT, 10);
  g_autoptr(GPtrArray) none = desktop_store_undestroyed(test->transaction, "office", 9, &error);
  g_assert_cmpuint(none->len, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/capacity/loads", test_loads);
  STORE_CASE_ADD("/stores/capacity/pool", test_pool);
  STORE_CASE_ADD("/stores/capacity/ready-first", test_ready_ones_first);
  STORE_CASE_ADD("/stores/capacity/to-be-given-up", test_to_be_given_up);
  STORE_CASE_ADD("/stores/capacity/undestroyed", test_undestroyed);
  return g_test_run();
}
