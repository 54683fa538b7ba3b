/* SPDX-License-Identifier: Apache-2.0 */
/* Heartbeats are kept in memory, and on the disk only as far as others need them. */
#include "broker/service/hosts/host_events.h"

#include "broker/service/hosts/host_registry.h"
#include "broker/service/hosts/host_removal.h"
#include "broker/service/work.h"
#include "broker/store/host_store.h"
#include "tests/unit/service/service_fixture.h"

#define FREE_MIB 131072

static void
beat(ServiceFixture *fixture, gint64 memory_free_mib)
{
  g_autoptr(GError) error = NULL;
  const HostCapacity capacity = {
      .cpus = 64, .memory_mib = 131072, .memory_free_mib = memory_free_mib, .disk_free_mib = 100000};
  gboolean done = host_events_heartbeat(fixture->services, FIXTURE_HOST, fixture->term, &capacity, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

/* As another broker would see it. */
static Host *
written(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_READ, &error);
  Host *host = host_store_find(work->transaction, FIXTURE_HOST, &error);
  g_assert_no_error(error);
  return host;
}

static void
tick(ServiceFixture *fixture, gint64 seconds)
{
  g_autoptr(GError) error = NULL;
  fake_clock_advance(&fixture->clock, seconds * G_USEC_PER_SEC);
  g_assert_true(services_tick(fixture->services, &error));
}

static void
test_same_beats_are_written_now_and_then(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Host) before = written(fixture);
  for (guint i = 0; i < 3; i++) {
    tick(fixture, 5);
    beat(fixture, FREE_MIB - 100);
  }
  g_autoptr(Host) meanwhile = written(fixture);
  g_assert_cmpint(meanwhile->last_seen_us, ==, before->last_seen_us);
  g_assert_cmpint(meanwhile->capacity.memory_free_mib, ==, FREE_MIB);
  tick(fixture, 10);
  g_autoptr(Host) after = written(fixture);
  g_assert_cmpint(after->last_seen_us, ==, before->last_seen_us + 15 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpint(after->capacity.memory_free_mib, ==, FREE_MIB - 100);
  tick(fixture, 25); /* it was not heard since: there is nothing new to write */
  g_autoptr(Host) last = written(fixture);
  g_assert_cmpint(last->last_seen_us, ==, after->last_seen_us);
}

/* Placement must not wait half a minute for the room that a host has again. */
static void
test_a_step_is_written_at_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  beat(fixture, 1000);
  tick(fixture, 0);
  g_autoptr(Host) host = written(fixture);
  g_assert_cmpint(host->capacity.memory_free_mib, ==, 1000);
}

static void
test_silence_writes_the_last_beat(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Host) before = written(fixture);
  fake_clock_advance(&fixture->clock, 5 * G_USEC_PER_SEC);
  beat(fixture, FREE_MIB);
  fake_clock_advance(&fixture->clock, 4 * G_USEC_PER_SEC);
  service_fixture_host_silent(fixture);
  g_autoptr(Host) host = written(fixture);
  g_assert_cmpint(host->state, ==, HOST_SILENT);
  g_assert_cmpint(host->last_seen_us, ==, before->last_seen_us + 5 * (gint64)G_USEC_PER_SEC);
}

static void
test_an_administrator_sees_the_last_beat(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  fake_clock_advance(&fixture->clock, 5 * G_USEC_PER_SEC);
  beat(fixture, FREE_MIB - 7);
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_cmpint(host->last_seen_us, ==, clock_wall_us(&fixture->clock.clock));
  g_assert_cmpint(host->capacity.memory_free_mib, ==, FREE_MIB - 7);
}

static guint64
count_writes(ServiceFixture *fixture)
{
  DbWriting writing;
  db_writing(fixture->services->db, &writing);
  return writing.members;
}

/* What a desktop says of itself every ten seconds takes a turn to write only when it is news. */
static void
test_idle_reports_write_nothing(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 1);
  service_fixture_settle(fixture);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, fixture->alive);
  g_assert_true(g_hash_table_iter_next(&iter, &id, NULL));
  service_fixture_report(fixture, id, HOST_POWER_UP, TRUE, "user");
  guint64 before = count_writes(fixture);
  service_fixture_report(fixture, id, HOST_POWER_UP, TRUE, "user");
  g_assert_cmpuint(count_writes(fixture), ==, before);
  service_fixture_report(fixture, id, HOST_POWER_UP, TRUE, "somebody");
  g_assert_cmpuint(count_writes(fixture), ==, before + 1);
}

/* A host that was removed is told so, and its beats enter it nowhere. */
static void
test_removed_host_is_no_host(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  service_fixture_host_silent(fixture);
  g_assert_true(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, FALSE, &error));
  const HostCapacity capacity = {.cpus = 64};
  g_assert_false(host_events_heartbeat(fixture->services, FIXTURE_HOST, fixture->term, &capacity, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/heartbeats/now-and-then", test_same_beats_are_written_now_and_then);
  g_test_add_func("/service/heartbeats/step", test_a_step_is_written_at_once);
  g_test_add_func("/service/heartbeats/silence", test_silence_writes_the_last_beat);
  g_test_add_func("/service/heartbeats/shown", test_an_administrator_sees_the_last_beat);
  g_test_add_func("/service/heartbeats/removed", test_removed_host_is_no_host);
  g_test_add_func("/service/heartbeats/idle", test_idle_reports_write_nothing);
  return g_test_run();
}
