/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_servers.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

static int
next(LdapServers *servers, guint from, gint64 now_us)
{
  guint index;
  return ldap_servers_next(servers, from, now_us, &index) ? (int)index : -1;
}

static void
test_fail_over_and_back(void)
{
  LdapServers *servers = ldap_servers_new(2);
  g_assert_cmpint(next(servers, 0, 0), ==, 0);
  ldap_servers_bad(servers, 0, 0);
  g_assert_cmpint(next(servers, 1, 0), ==, 1);
  ldap_servers_good(servers, 1);
  g_assert_cmpint(next(servers, 0, SECOND_US), ==, 1);     /* the first one is left alone */
  g_assert_cmpint(next(servers, 0, 2 * SECOND_US), ==, 0); /* and then tried, */
  g_assert_cmpint(next(servers, 0, 2 * SECOND_US), ==, 1); /* by one alone */
  ldap_servers_good(servers, 0);
  g_assert_cmpint(next(servers, 0, 2 * SECOND_US), ==, 0);
  ldap_servers_free(servers);
}

/* Fault 18: nobody waits for a directory that is dead, but one each minute. */
static void
test_dead_directory(void)
{
  LdapServers *servers = ldap_servers_new(1);
  guint tries = 0;
  for (gint64 now_us = 0; now_us < 600 * SECOND_US; now_us += SECOND_US / 10)
    if (next(servers, 0, now_us) == 0) {
      ldap_servers_bad(servers, 0, now_us);
      tries++;
    }
  g_assert_cmpuint(tries, >=, 10);
  g_assert_cmpuint(tries, <=, 20);
  ldap_servers_free(servers);
}

/* Who tries it and never tells does not keep it away for ever. */
static void
test_lost_probe(void)
{
  LdapServers *servers = ldap_servers_new(1);
  ldap_servers_bad(servers, 0, 0);
  g_assert_cmpint(next(servers, 0, 60 * SECOND_US), ==, 0);
  g_assert_cmpint(next(servers, 0, 61 * SECOND_US), ==, -1);
  g_assert_cmpint(next(servers, 0, 600 * SECOND_US), ==, 0);
  ldap_servers_free(servers);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ldap-servers/fail-over-and-back", test_fail_over_and_back);
  g_test_add_func("/ldap-servers/dead-directory", test_dead_directory);
  g_test_add_func("/ldap-servers/lost-probe", test_lost_probe);
  return g_test_run();
}
