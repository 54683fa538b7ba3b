/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_pulse.h"

#define MEMORY_STEP_MIB 512
#define DISK_STEP_MIB   1024

typedef struct {
  gint64 term;
  HostCapacity capacity;
  gint64 heard_us;
  HostCapacity written;
  gint64 written_us;
} Pulse;

struct HostPulse {
  GMutex mutex;
  GHashTable *pulses; /* host → Pulse */
};

HostPulse *
host_pulse_new(void)
{
  HostPulse *pulse = g_new0(HostPulse, 1);
  g_mutex_init(&pulse->mutex);
  pulse->pulses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return pulse;
}

void
host_pulse_begin(HostPulse *pulse, const char *host, gint64 term, const HostCapacity *capacity, gint64 now_us)
{
  const Pulse one = {
      .term = term, .capacity = *capacity, .heard_us = now_us, .written = *capacity, .written_us = now_us};
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  g_hash_table_replace(pulse->pulses, g_strdup(host), g_memdup2(&one, sizeof one));
}

static gboolean
matters(const Pulse *pulse)
{
  const HostCapacity *now = &pulse->capacity, *written = &pulse->written;
  return now->cpus != written->cpus || now->memory_mib != written->memory_mib ||
         ABS(now->memory_free_mib - written->memory_free_mib) >= MEMORY_STEP_MIB ||
         ABS(now->disk_free_mib - written->disk_free_mib) >= DISK_STEP_MIB;
}

gboolean
host_pulse_beat(HostPulse *pulse, const char *host, gint64 term, const HostCapacity *capacity, gint64 now_us,
                gboolean *ret_matters)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  Pulse *one = g_hash_table_lookup(pulse->pulses, host);
  if (one == NULL || one->term != term)
    return FALSE;
  one->capacity = *capacity;
  one->heard_us = now_us;
  *ret_matters = matters(one);
  return TRUE;
}

gint64
host_pulse_read(HostPulse *pulse, Host *host)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  const Pulse *one = g_hash_table_lookup(pulse->pulses, host->name);
  if (one == NULL)
    return 0;
  host->capacity = one->capacity;
  return one->heard_us;
}

static void
beat_free(gpointer data)
{
  HostBeat *beat = data;
  g_free(beat->host);
  g_free(beat);
}

GPtrArray *
host_pulse_due(HostPulse *pulse, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  GPtrArray *due = g_ptr_array_new_with_free_func(beat_free);
  GHashTableIter iter;
  gpointer host, value;
  g_hash_table_iter_init(&iter, pulse->pulses);
  while (g_hash_table_iter_next(&iter, &host, &value)) {
    const Pulse *one = value;
    gboolean is_old = now_us - one->written_us >= HOST_PULSE_WRITE_US && one->heard_us > one->written_us;
    if (!is_old && !matters(one))
      continue;
    const HostBeat beat = {g_strdup(host), one->term, one->capacity, one->heard_us};
    g_ptr_array_add(due, g_memdup2(&beat, sizeof beat));
  }
  return due;
}

void
host_pulse_written(HostPulse *pulse, const GPtrArray *beats, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  for (guint i = 0; i < beats->len; i++) {
    const HostBeat *beat = g_ptr_array_index(beats, i);
    Pulse *one = g_hash_table_lookup(pulse->pulses, beat->host);
    if (one == NULL || one->term != beat->term)
      continue;
    one->written = beat->capacity;
    one->written_us = now_us;
  }
}

GStrv
host_pulse_hosts(HostPulse *pulse)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  GHashTableIter iter;
  gpointer host;
  g_hash_table_iter_init(&iter, pulse->pulses);
  while (g_hash_table_iter_next(&iter, &host, NULL))
    g_strv_builder_add(builder, host);
  return g_strv_builder_end(builder);
}

void
host_pulse_end(HostPulse *pulse, const char *host, gint64 term)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&pulse->mutex);
  const Pulse *one = g_hash_table_lookup(pulse->pulses, host);
  if (one != NULL && one->term <= term)
    g_hash_table_remove(pulse->pulses, host);
}

void
host_pulse_free(HostPulse *pulse)
{
  if (pulse == NULL)
    return;
  g_hash_table_unref(pulse->pulses);
  g_mutex_clear(&pulse->mutex);
  g_free(pulse);
}
