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

#define OTHER "0d3c1f6e-5a0c-4c36-9d6b-0d5fb0a0b002"

static void
assert_beat_refused(ServiceFixture *fixture, gint64 term, CarawayErrorCode code)
{
  g_autoptr(GError) error = NULL;
  const HostCapacity capacity = {.cpus = 64};
  g_assert_false(host_events_heartbeat(fixture->services, FIXTURE_HOST, term, &capacity, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)code);
}

static void
test_beats_of_an_older_link_do_not_count(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  gint64 older = fixture->term;
  service_fixture_host_hello(fixture);
  assert_beat_refused(fixture, older, CARAWAY_ERROR_STALE_EPOCH);
  beat(fixture, FREE_MIB - 100);
}

/* The host dialled another broker, which this one did not hear: what comes over the old link is not written,
 * and closes it. */
static void
test_beats_over_a_link_that_went_elsewhere(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  beat(fixture, 1000);
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_true(host_store_set_link(work->transaction, FIXTURE_HOST, fixture->term + 1, OTHER, &error) &&
                work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  tick(fixture, 25);
  g_autoptr(Host) host = written(fixture);
  g_assert_cmpint(host->capacity.memory_free_mib, ==, FREE_MIB);
  assert_beat_refused(fixture, fixture->term, CARAWAY_ERROR_STALE_EPOCH);
}

/* Another broker took the host for silent. */
static void
write_silent(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Host) host = written(fixture);
  host->state = HOST_SILENT;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_true(host_store_put(work->transaction, host, &error) && work_commit(work, &error));
}

/* It was removed while this broker was cut off, or held a link that had been taken for broken. */
static void
test_link_of_a_removed_host_is_dropped(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  write_silent(fixture);
  service_fixture_catch_up(fixture);
  g_assert_true(fixture->link_open);
  g_assert_true(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, FALSE, &error));
  service_fixture_catch_up(fixture);
  g_assert_false(fixture->link_open);
  assert_beat_refused(fixture, fixture->term, CARAWAY_ERROR_UNTRUSTED);
}

static void
test_removal_that_was_missed(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 0);
  service_fixture_catch_up(fixture);
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_true(host_store_remove(work->transaction, FIXTURE_HOST, &error) && work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  service_fixture_catch_up(fixture);
  g_assert_true(fixture->link_open); /* nobody told */
  change_feed_miss(fixture->services->feed);
  service_fixture_catch_up(fixture);
  g_assert_false(fixture->link_open);
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
  g_test_add_func("/service/heartbeats/older-link", test_beats_of_an_older_link_do_not_count);
  g_test_add_func("/service/heartbeats/link-elsewhere", test_beats_over_a_link_that_went_elsewhere);
  g_test_add_func("/service/heartbeats/removed-link", test_link_of_a_removed_host_is_dropped);
  g_test_add_func("/service/heartbeats/removal-missed", test_removal_that_was_missed);
  return g_test_run();
}
