/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_silence.h"

typedef struct {
  gint64 term; /* of the link that broke */
  gint64 since_us;
} Count;

struct HostSilence {
  GMutex mutex;
  GHashTable *counts; /* host → Count */
};

HostSilence *
host_silence_new(void)
{
  HostSilence *silence = g_new0(HostSilence, 1);
  g_mutex_init(&silence->mutex);
  silence->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return silence;
}

gint64
host_silence_us(HostSilence *silence, const char *host, gint64 term, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&silence->mutex);
  const Count *count = g_hash_table_lookup(silence->counts, host);
  if (count != NULL && count->term >= term)
    return now_us - count->since_us;
  const Count begun = {term, now_us};
  g_hash_table_insert(silence->counts, g_strdup(host), g_memdup2(&begun, sizeof begun));
  return 0;
}

void
host_silence_end(HostSilence *silence, const char *host)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&silence->mutex);
  g_hash_table_remove(silence->counts, host);
}

void
host_silence_free(HostSilence *silence)
{
  if (silence == NULL)
    return;
  g_hash_table_unref(silence->counts);
  g_mutex_clear(&silence->mutex);
  g_free(silence);
}
