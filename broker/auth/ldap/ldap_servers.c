/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_servers.h"

#define FIRST_PAUSE_US (2 * (gint64)G_USEC_PER_SEC)
#define LAST_PAUSE_US  (60 * (gint64)G_USEC_PER_SEC)
#define PROBE_LIMIT_US (150 * (gint64)G_USEC_PER_SEC) /* who tries it may not come back to tell */

typedef struct {
  guint failures;
  gint64 again_us; /* not before this time */
} Server;

struct LdapServers {
  GMutex mutex;
  guint count;
  Server *all;
};

LdapServers *
ldap_servers_new(guint count)
{
  LdapServers *servers = g_new0(LdapServers, 1);
  g_mutex_init(&servers->mutex);
  servers->count = count;
  servers->all = g_new0(Server, count);
  return servers;
}

gboolean
ldap_servers_next(LdapServers *servers, guint from, gint64 now_us, guint *ret_index)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&servers->mutex);
  for (guint i = from; i < servers->count; i++) {
    Server *server = &servers->all[i];
    if (server->failures > 0 && now_us < server->again_us)
      continue;
    if (server->failures > 0) /* others stay away till this one has told */
      server->again_us = now_us + PROBE_LIMIT_US;
    *ret_index = i;
    return TRUE;
  }
  return FALSE;
}

void
ldap_servers_good(LdapServers *servers, guint index)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&servers->mutex);
  servers->all[index] = (Server){0};
}

void
ldap_servers_bad(LdapServers *servers, guint index, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&servers->mutex);
  Server *server = &servers->all[index];
  gint64 pause_us = FIRST_PAUSE_US << MIN(server->failures, 5);
  server->failures++;
  server->again_us = now_us + MIN(pause_us, LAST_PAUSE_US);
}

void
ldap_servers_free(LdapServers *servers)
{
  if (servers == NULL)
    return;
  g_mutex_clear(&servers->mutex);
  g_free(servers->all);
  g_free(servers);
}
