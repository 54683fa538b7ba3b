/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/plan/domain_network.h"

#include <string.h>

static void
test_wanted(void)
{
  static const struct {
    const char *wanted;
    DomainNetworkKind kind;
    const char *bridge;
  } cases[] = {
      {NULL, DOMAIN_NETWORK_BRIDGE, "br-host"},
      {"default", DOMAIN_NETWORK_BRIDGE, "br-host"},
      {"none", DOMAIN_NETWORK_NONE, NULL},
      {"bridge:br0", DOMAIN_NETWORK_BRIDGE, "br0"},
      {"bridge:br-lan.10_a", DOMAIN_NETWORK_BRIDGE, "br-lan.10_a"},
  };
  const DomainNetwork host = {DOMAIN_NETWORK_BRIDGE, "br-host"};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    DomainNetwork network;
    g_assert_true(domain_network_resolve(cases[i].wanted, &host, &network, &error));
    g_assert_cmpint(network.kind, ==, cases[i].kind);
    g_assert_cmpstr(network.bridge, ==, cases[i].bridge);
  }
}

static void
test_refused(void)
{
  static const char *const texts[] = {"",           "user",       "bridge:",    "bridge:../net",
                                      "bridge:a b", "bridge:.",   "bridge:..",  "bridge:sixteen-letters-",
                                      "Default",    "bridge:a'b", "bridge:a,b", "bridge:a\nb"};
  const DomainNetwork host = {DOMAIN_NETWORK_USER, NULL};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    DomainNetwork network;
    g_assert_false(domain_network_resolve(texts[i], &host, &network, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "bridge:NAME"));
  }
}

static void
test_host_setting(void)
{
  DomainNetwork network;
  g_assert_true(domain_network_parse("user", &network));
  g_assert_cmpint(network.kind, ==, DOMAIN_NETWORK_USER);
  g_assert_true(domain_network_parse("bridge:br0", &network));
  g_assert_cmpstr(network.bridge, ==, "br0");
  g_assert_false(domain_network_parse("default", &network));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/domain-network/wanted", test_wanted);
  g_test_add_func("/domain-network/refused", test_refused);
  g_test_add_func("/domain-network/host", test_host_setting);
  return g_test_run();
}
