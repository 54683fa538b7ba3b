/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_crowd.h"

#include <netinet/in.h>
#include <string.h>

#define IPV4_MARK (G_GUINT64_CONSTANT(0xffff) << 32) /* no /64 of IPv6 that is in use: ::/64 is not */

struct RelayCrowd {
  guint limit;
  GMutex mutex;
  GHashTable *counts; /* guint64 key -> number; bounded by the connections that are counted */
};

RelayCrowd *
relay_crowd_new(guint limit)
{
  RelayCrowd *crowd = g_new0(RelayCrowd, 1);
  crowd->limit = limit;
  g_mutex_init(&crowd->mutex);
  crowd->counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  return crowd;
}

static guint64
read_number(const guint8 *bytes, guint size)
{
  guint64 number = 0;
  for (guint i = 0; i < size; i++)
    number = number << 8 | bytes[i];
  return number;
}

guint64
relay_crowd_key(const struct sockaddr_storage *address)
{
  if (address->ss_family != AF_INET6)
    return IPV4_MARK | ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
  const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(in6))
    return IPV4_MARK | read_number(in6->s6_addr + 12, 4);
  return MAX(read_number(in6->s6_addr, 8), 1); /* ::1 has a network of zeros */
}

/* Puts @count for @key; the mutex is held. */
static void
put(RelayCrowd *crowd, guint64 key, guint count)
{
  if (count > 0)
    g_hash_table_replace(crowd->counts, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(count));
  else
    g_hash_table_remove(crowd->counts, &key);
}

gboolean
relay_crowd_enter(RelayCrowd *crowd, guint64 key)
{
  g_mutex_lock(&crowd->mutex);
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(crowd->counts, &key));
  gboolean fits = count < crowd->limit;
  if (fits)
    put(crowd, key, count + 1);
  g_mutex_unlock(&crowd->mutex);
  return fits;
}

void
relay_crowd_leave(RelayCrowd *crowd, guint64 key)
{
  g_mutex_lock(&crowd->mutex);
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(crowd->counts, &key));
  if (count > 0)
    put(crowd, key, count - 1);
  g_mutex_unlock(&crowd->mutex);
}

void
relay_crowd_free(RelayCrowd *crowd)
{
  if (crowd == NULL)
    return;
  g_hash_table_unref(crowd->counts);
  g_mutex_clear(&crowd->mutex);
  g_free(crowd);
}
