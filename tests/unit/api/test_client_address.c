/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/client_address.h"

static void
test_forwarded(void)
{
  static const char *const CASES[][2] = {
      {NULL, NULL},
      {"", NULL},
      {"192.0.2.7", "192.0.2.7"},
      {"10.9.9.9, 192.0.2.7", "192.0.2.7"}, /* only what the portal itself added */
      {"192.0.2.7, unknown", NULL},
      {"2001:db8::1", "2001:db8::1"},
      {"192.0.2.7:80", NULL},
      {"192.0.2.7\r\nX: y", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *address = client_address_forwarded(CASES[i][0]);
    g_assert_cmpstr(address, ==, CASES[i][1]);
  }
}

static void
test_host(void)
{
  static const char *const CASES[][2] = {
      {NULL, NULL},
      {"", NULL},
      {"portal.example", "portal.example"},
      {"Portal.Example:8443", "portal.example:8443"},
      {"[2001:db8::1]:8443", "[2001:db8::1]:8443"},
      {"portal.example:port", NULL},
      {"user@portal.example", NULL},
      {"portal.example/path", NULL},
      {"portal example", NULL},
      {"a\"b", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *host = client_address_host(CASES[i][0]);
    g_assert_cmpstr(host, ==, CASES[i][1]);
  }
  g_autofree char *long_name = g_strnfill(300, 'a');
  g_assert_null(client_address_host(long_name));
}

static void
test_split(void)
{
  static const struct {
    const char *text, *host;
    guint16 port;
  } CASES[] = {{"portal.example", "portal.example", 443},
               {"portal.example:8443", "portal.example", 8443},
               {"[2001:db8::1]:8443", "2001:db8::1", 8443},
               {"", NULL, 0}};
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *host = NULL;
    guint16 port = 0;
    gboolean taken = client_address_split(CASES[i].text, &host, &port);
    g_assert_true(taken == (CASES[i].host != NULL));
    g_assert_cmpstr(host, ==, CASES[i].host);
    g_assert_cmpuint(port, ==, CASES[i].port);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client-address/forwarded", test_forwarded);
  g_test_add_func("/client-address/host", test_host);
  g_test_add_func("/client-address/split", test_split);
  return g_test_run();
}
