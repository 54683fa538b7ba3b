/* SPDX-License-Identifier: Apache-2.0 */
/* One broker beside another one that is nothing but its row. Two real ones: tests/integration/cluster. */
#include "broker/service/cluster/broker_directory.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/broker_store.h"
#include "broker/store/grant_key_store.h"
#include "broker/store/host_store.h"
#include "tests/unit/service/service_fixture.h"

#define OTHER "0d3c1f6e-5a0c-4c36-9d6b-0d5fb0a0b002"

static void
put_other(ServiceFixture *fixture, gint64 beat, gboolean holds_lease)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_no_error(error);
  const BrokerRow row = {.name = "b2",
                         .instance = OTHER,
                         .address = "https://192.0.2.2:8443",
                         .version = "0.1.0",
                         .beat = beat,
                         .seen_us = work->now_us};
  const GrantKeyRow key = {.id = "b2-1", .broker = "b2", .public_key = "AAAA", .state = GRANT_KEY_CURRENT};
  g_autoptr(GrantKeyRow) known = grant_key_store_find(work->transaction, "b2-1", NULL);
  gboolean done =
      broker_store_put(work->transaction, &row, &error) &&
      (known != NULL || grant_key_store_add(work->transaction, &key, &error)) &&
      (!holds_lease || broker_store_set_holder(work->transaction, BROKER_LEASE_KEEPER, OTHER, &error));
  work_notify(work, CHANGE_KEYS, "");
  g_assert_no_error(error);
  g_assert_true(done && work_commit(work, &error));
}

/* @seconds looks, one a second. */
static void
look(ServiceFixture *fixture, guint seconds)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < seconds; i++) {
    fake_clock_advance(&fixture->clock, G_USEC_PER_SEC);
    g_assert_true(services_beat(fixture->services, &error));
    g_assert_no_error(error);
  }
}

static void
assert_keeper(ServiceFixture *fixture, gboolean expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin_as_keeper(fixture->services, &error);
  g_assert_cmpint(work != NULL, ==, expected);
  g_assert_cmpint(services_is_keeper(fixture->services), ==, expected);
  if (!expected)
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH);
}

static void
test_alone_it_keeps(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  assert_keeper(fixture, TRUE);
  service_fixture_restart(fixture);
  assert_keeper(fixture, TRUE);
}

static void
test_lease_of_a_dead_broker_is_taken(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  put_other(fixture, 1, TRUE);
  look(fixture, 5);
  assert_keeper(fixture, FALSE);
  look(fixture, 1);
  assert_keeper(fixture, TRUE);
}

static void
test_lease_of_a_living_broker_is_left(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  put_other(fixture, 1, TRUE);
  for (gint64 beat = 2; beat < 12; beat++) {
    look(fixture, 3);
    put_other(fixture, beat, FALSE);
  }
  assert_keeper(fixture, FALSE);
}

/* The lease is gone between two looks, as for a broker that was stopped: the transaction says no. */
static void
test_lost_lease_stops_the_keeper(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 3, 2);
  put_other(fixture, 1, TRUE);
  g_assert_true(services_is_keeper(fixture->services)); /* as far as it knows */
  g_assert_true(services_tick(fixture->services, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 0);
  look(fixture, 7);
  g_assert_true(services_tick(fixture->services, &error));
  g_assert_cmpuint(service_fixture_commands(fixture), ==, 2);
}

static HostState
link_with(ServiceFixture *fixture, const char *instance, guint seconds)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_true(host_store_set_link(work->transaction, FIXTURE_HOST, 1000, instance, &error) &&
                work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  look(fixture, seconds);
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_no_error(error);
  return host->state;
}

static void
test_hosts_of_a_dead_broker_are_silent(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 0);
  put_other(fixture, 1, FALSE);
  g_assert_cmpint(link_with(fixture, OTHER, 4), ==, HOST_UP);
  g_assert_cmpint(link_with(fixture, OTHER, 3), ==, HOST_SILENT);
  service_fixture_host_hello(fixture); /* with a higher term than the lost link had */
  g_assert_cmpint(fixture->term, >, 1000);
  g_assert_cmpint(link_with(fixture, "an instance that is not entered", 1), ==, HOST_SILENT);
}

/* This broker still has a link that another one has replaced. */
static void
test_link_that_does_not_count_is_dropped(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 0);
  put_other(fixture, 1, FALSE);
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_true(host_store_set_link(work->transaction, FIXTURE_HOST, fixture->term + 1, OTHER, &error));
  work_notify(work, CHANGE_HOST, FIXTURE_HOST);
  g_assert_true(work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  g_assert_true(fixture->link_open);
  service_fixture_catch_up(fixture);
  g_assert_false(fixture->link_open);
}

static void
test_keys_of_all_are_known(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  put_other(fixture, 1, FALSE);
  service_fixture_catch_up(fixture);
  g_assert_cmpuint(fixture->keys_told, ==, 1);
  g_autoptr(GPtrArray) keys = broker_directory_keys(fixture->services);
  g_assert_cmpuint(keys->len, ==, 1);
  g_assert_cmpstr(((BrokerKey *)g_ptr_array_index(keys, 0))->id, ==, "b2-1");
}

/* Only who has been gone for long, and is seen to be, is forgotten with his keys. */
static void
test_brokers_that_are_gone_for_good_are_forgotten(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  put_other(fixture, 1, FALSE);
  look(fixture, 10);
  g_assert_true(broker_directory_forget_gone(fixture->services, &error));
  service_fixture_catch_up(fixture);
  g_autoptr(GPtrArray) before = broker_directory_list(fixture->services, &error);
  g_assert_cmpuint(before->len, ==, 2);
  g_assert_false(((BrokerRow *)g_ptr_array_index(before, 1))->is_alive);
  fake_clock_advance(&fixture->clock, 8 * 24 * 3600 * (gint64)G_USEC_PER_SEC);
  g_assert_true(broker_directory_forget_gone(fixture->services, &error));
  service_fixture_catch_up(fixture);
  g_autoptr(GPtrArray) after = broker_directory_list(fixture->services, &error);
  g_assert_cmpuint(after->len, ==, 1);
  g_assert_true(((BrokerRow *)g_ptr_array_index(after, 0))->is_keeper);
  g_autoptr(GPtrArray) keys = broker_directory_keys(fixture->services);
  g_assert_cmpuint(keys->len, ==, 0);
}

static void
test_authority_is_shared(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  gboolean has;
  g_assert_true(broker_directory_has_authority(fixture->services, &has, &error) && !has);
  g_assert_true(broker_directory_check_authority(fixture->services, "one", &error));
  g_assert_true(broker_directory_check_authority(fixture->services, "one", &error));
  g_assert_true(broker_directory_has_authority(fixture->services, &has, &error) && has);
  g_assert_false(broker_directory_check_authority(fixture->services, "another", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

/* A process of the same name took the row: this one has to end. */
static void
test_replaced_broker_does_not_go_on(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  const BrokerRow row = {.name = "b1", .instance = OTHER, .address = "", .version = "", .beat = 9};
  g_assert_true(broker_store_put(work->transaction, &row, &error) &&
                broker_store_set_holder(work->transaction, BROKER_LEASE_KEEPER, OTHER, &error) &&
                work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  g_assert_false(services_beat(fixture->services, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_null(work_begin_as_keeper(fixture->services, &error));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cluster/alone", test_alone_it_keeps);
  g_test_add_func("/cluster/lease/dead", test_lease_of_a_dead_broker_is_taken);
  g_test_add_func("/cluster/lease/living", test_lease_of_a_living_broker_is_left);
  g_test_add_func("/cluster/lease/lost", test_lost_lease_stops_the_keeper);
  g_test_add_func("/cluster/hosts/silent", test_hosts_of_a_dead_broker_are_silent);
  g_test_add_func("/cluster/hosts/dropped", test_link_that_does_not_count_is_dropped);
  g_test_add_func("/cluster/keys", test_keys_of_all_are_known);
  g_test_add_func("/cluster/forgotten", test_brokers_that_are_gone_for_good_are_forgotten);
  g_test_add_func("/cluster/authority", test_authority_is_shared);
  g_test_add_func("/cluster/replaced", test_replaced_broker_does_not_go_on);
  return g_test_run();
}
