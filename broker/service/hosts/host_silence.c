/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_silence.h"

struct HostSilence {
  GMutex mutex;
  GHashTable *since_us; /* host → gint64 */
};

HostSilence *
host_silence_new(void)
{
  HostSilence *silence = g_new0(HostSilence, 1);
  g_mutex_init(&silence->mutex);
  silence->since_us = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return silence;
}

gint64
host_silence_us(HostSilence *silence, const char *host, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&silence->mutex);
  const gint64 *since_us = g_hash_table_lookup(silence->since_us, host);
  if (since_us != NULL)
    return now_us - *since_us;
  g_hash_table_insert(silence->since_us, g_strdup(host), g_memdup2(&now_us, sizeof now_us));
  return 0;
}

void
host_silence_end(HostSilence *silence, const char *host)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&silence->mutex);
  g_hash_table_remove(silence->since_us, host);
}

void
host_silence_free(HostSilence *silence)
{
  if (silence == NULL)
    return;
  g_hash_table_unref(silence->since_us);
  g_mutex_clear(&silence->mutex);
  g_free(silence);
}
