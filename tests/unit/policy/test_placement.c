/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/placement.h"

static const PlacementNeed need = {.image = "office", .vcpus = 2, .memory_mib = 4096};

static PlacementHost
host(const char *name, gint64 memory_free_mib)
{
  return (PlacementHost){
      .name = name,
      .state = HOST_UP,
      .image = PLACEMENT_IMAGE_PRESENT,
      .capacity = {
          .cpus = 4, .memory_mib = 65536, .memory_free_mib = memory_free_mib, .disk_free_mib = 50000}};
}

static void
test_most_memory_wins(void)
{
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 16384), host("kvm3", 12288)};
  g_auto(Placement) placement = placement_choose(hosts, 3, &need);
  g_assert_cmpint(placement.host, ==, 1);
}

static void
test_out_of_service(void)
{
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 16384), host("kvm3", 12288)};
  hosts[1].duty = HOST_DRAINING;
  hosts[2].duty = HOST_MAINTENANCE;
  g_auto(Placement) placement = placement_choose(hosts, 3, &need);
  g_assert_cmpint(placement.host, ==, 0);
  g_assert_cmpstr(placement.reasons[0], ==, "kvm2 is being drained");
  g_assert_cmpstr(placement.reasons[1], ==, "kvm3 is in maintenance");
}

static void
test_promises_count(void)
{
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 16384)};
  hosts[1].promised_mib = 12000;
  g_auto(Placement) placement = placement_choose(hosts, 2, &need);
  g_assert_cmpint(placement.host, ==, 0);
}

static void
test_reasons(void)
{
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 1229), host("kvm3", 8192), host("kvm4", 8192),
                           host("kvm5", 8192), host("kvm6", 8192), host("kvm7", 8192)};
  hosts[0].state = HOST_SILENT;
  hosts[2].image = PLACEMENT_IMAGE_ABSENT;
  hosts[3].image = PLACEMENT_IMAGE_DAMAGED;
  hosts[4].capacity.disk_free_mib = 10;
  hosts[5].vcpus_used = 31;
  hosts[6].state = HOST_JOINING;
  g_auto(Placement) placement = placement_choose(hosts, G_N_ELEMENTS(hosts), &need);
  g_assert_cmpint(placement.host, ==, -1);
  g_assert_cmpint(placement.code, ==, CARAWAY_ERROR_NO_CAPACITY);
  g_assert_cmpuint(g_strv_length(placement.reasons), ==, G_N_ELEMENTS(hosts));
  g_assert_cmpstr(placement.reasons[0], ==, "kvm1 does not answer");
  g_assert_cmpstr(placement.reasons[1], ==, "kvm2 has 1.2 GiB of memory to give, 4.2 GiB are needed");
  g_assert_cmpstr(placement.reasons[2], ==, "the image office is missing on kvm3");
  g_assert_cmpstr(placement.reasons[3], ==, "the image office on kvm4 is damaged");
  g_assert_cmpstr(placement.reasons[4], ==, "kvm5 has only 10 MiB of disk left");
  g_assert_cmpstr(placement.reasons[5], ==, "kvm6 runs 31 virtual processors on 4 already");
  g_assert_cmpstr(placement.reasons[6], ==, "kvm7 has joined but was never connected");
}

static void
test_codes(void)
{
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 8192)};
  hosts[0].state = HOST_DOWN;
  hosts[1].state = HOST_DOWN;
  g_auto(Placement) gone = placement_choose(hosts, 2, &need);
  g_assert_cmpint(gone.code, ==, CARAWAY_ERROR_HOST_GONE);
  hosts[1] = host("kvm2", 8192);
  hosts[1].image = PLACEMENT_IMAGE_ABSENT;
  g_auto(Placement) missing = placement_choose(hosts, 2, &need);
  g_assert_cmpint(missing.code, ==, CARAWAY_ERROR_IMAGE_MISSING);
  hosts[1].image = PLACEMENT_IMAGE_DAMAGED;
  g_auto(Placement) damaged = placement_choose(hosts, 2, &need);
  g_assert_cmpint(damaged.code, ==, CARAWAY_ERROR_IMAGE_BAD);
}

static void
test_no_hosts(void)
{
  g_auto(Placement) placement = placement_choose(NULL, 0, &need);
  g_assert_cmpint(placement.host, ==, -1);
  g_assert_cmpint(placement.code, ==, CARAWAY_ERROR_HOST_GONE);
  g_assert_cmpstr(placement.reasons[0], ==, "no host has joined yet");
}

static void
test_affinity(void)
{
  static const char *const hosts_of_pool[] = {"kvm1", "kvm9", NULL};
  const PlacementNeed bound = {
      .image = "office", .vcpus = 2, .memory_mib = 4096, .pool = "ward", .hosts = hosts_of_pool};
  PlacementHost hosts[] = {host("kvm1", 8192), host("kvm2", 16384), host("kvm3", 65536)};
  g_auto(Placement) placement = placement_choose(hosts, 3, &bound);
  g_assert_cmpint(placement.host, ==, 0);
  hosts[0].state = HOST_SILENT;
  g_auto(Placement) none = placement_choose(hosts, 3, &bound);
  g_assert_cmpint(none.host, ==, -1);
  g_assert_cmpint(none.code, ==, CARAWAY_ERROR_HOST_GONE);
  g_assert_cmpuint(g_strv_length(none.reasons), ==, 3);
  g_assert_cmpstr(none.reasons[0], ==, "kvm1 does not answer");
  g_assert_cmpstr(none.reasons[1], ==, "kvm2, kvm3 are not among the hosts that the pool ward may use");
  g_assert_cmpstr(none.reasons[2], ==, "kvm9, a host of the pool ward, has not joined");
}

static void
test_many_outsiders(void)
{
  static const char *const hosts_of_pool[] = {"kvm1", NULL};
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
  const PlacementNeed bound = {
      .image = "office", .vcpus = 2, .memory_mib = 4096, .pool = "ward", .hosts = hosts_of_pool};
  PlacementHost hosts[G_N_ELEMENTS(names)];
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    hosts[i] = host(names[i], 8192);
  g_auto(Placement) none = placement_choose(hosts, G_N_ELEMENTS(names), &bound);
  g_assert_cmpstr(none.reasons[0], ==,
                  "a, b, c, d, e and 2 more are not among the hosts that the pool ward may use");
}

/* Spread fills the emptiest, pack the fullest that is enough. */
static void
test_pack(void)
{
  PlacementNeed packed = need;
  packed.placement = POOL_PLACEMENT_PACK;
  PlacementHost hosts[] = {host("kvm1", 16384), host("kvm2", 2048), host("kvm3", 8192), host("kvm4", 12288)};
  g_auto(Placement) placement = placement_choose(hosts, 4, &packed);
  g_assert_cmpint(placement.host, ==, 2);
  hosts[2].promised_mib = 6000;
  g_auto(Placement) next = placement_choose(hosts, 4, &packed);
  g_assert_cmpint(next.host, ==, 3);
  g_auto(Placement) spread = placement_choose(hosts, 4, &need);
  g_assert_cmpint(spread.host, ==, 0);
}

static void
test_verdicts(void)
{
  PlacementHost hosts[] = {host("kvm1", 16384), host("kvm2", 2048)};
  g_auto(Placement) placement = placement_choose(hosts, 2, &need);
  const Rule *yes = g_ptr_array_index(placement.verdicts, 0), *no = g_ptr_array_index(placement.verdicts, 1);
  g_assert_cmpuint(placement.verdicts->len, ==, 2);
  g_assert_true(yes->ok);
  g_assert_cmpstr(yes->text, ==, "kvm1 can take it: it has 16.0 GiB of memory to give");
  g_assert_false(no->ok);
  g_assert_cmpstr(no->text, ==, placement.reasons[0]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/placement/most-memory", test_most_memory_wins);
  g_test_add_func("/placement/promises", test_promises_count);
  g_test_add_func("/placement/out_of_service", test_out_of_service);
  g_test_add_func("/placement/reasons", test_reasons);
  g_test_add_func("/placement/codes", test_codes);
  g_test_add_func("/placement/no-hosts", test_no_hosts);
  g_test_add_func("/placement/affinity", test_affinity);
  g_test_add_func("/placement/many-outsiders", test_many_outsiders);
  g_test_add_func("/placement/pack", test_pack);
  g_test_add_func("/placement/verdicts", test_verdicts);
  return g_test_run();
}
