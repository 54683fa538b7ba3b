/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_address.h"

#include "common/base/error.h"

static void
test_good(void)
{
  const struct {
    const char *typed, *address;
  } rows[] = {
      {"desk.example.org", "https://desk.example.org"},
      {"  Desk.Example.ORG. ", "https://desk.example.org"},
      {"desk:8443", "https://desk:8443"},
      {"https://desk.example.org/", "https://desk.example.org"},
      {"https://desk.example.org:443/some/page?x=1", "https://desk.example.org"},
      {"127.0.0.1:9443", "https://127.0.0.1:9443"},
      {"[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *address = server_address_normalize(rows[i].typed, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(address, ==, rows[i].address);
    g_autofree char *again = server_address_normalize(address, &error);
    g_assert_cmpstr(again, ==, address);
  }
}

static void
test_bad(void)
{
  g_autofree char *long_name = g_strnfill(400, 'a');
  const char *rows[] = {
      "",           " ",      "http://desk.example.org", "ftp://desk", "https://", "a b", "desk:0",
      "desk:99999", "u@desk", "https://u:p@desk",        "desk\n.org", "<script>", ".",   long_name};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("“%s”", rows[i]);
    g_assert_null(server_address_normalize(rows[i], &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_split(void)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  server_address_split("https://[2001:db8::1]:8443", &host, &port);
  g_assert_cmpstr(host, ==, "2001:db8::1");
  g_assert_cmpuint(port, ==, 8443);
  g_autofree char *other = NULL;
  server_address_split("https://desk.example.org", &other, &port);
  g_assert_cmpstr(other, ==, "desk.example.org");
  g_assert_cmpuint(port, ==, 443);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server-address/good", test_good);
  g_test_add_func("/server-address/bad", test_bad);
  g_test_add_func("/server-address/split", test_split);
  return g_test_run();
}
