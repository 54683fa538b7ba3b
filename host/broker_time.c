/* SPDX-License-Identifier: Apache-2.0 */
#include "host/broker_time.h"

#include "host/hypervisor/machine.h"

#include <string.h>

void
broker_time_init(BrokerTime *time, const Clock *clock)
{
  *time = (BrokerTime){.clock = clock};
}

void
broker_time_load(BrokerTime *time, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *boot_id = machine_boot_id();
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return;
  g_auto(GStrv) lines = g_strsplit(text, "\n", 3);
  gint64 offset_us;
  if (g_strv_length(lines) < 2 || strcmp(lines[0], boot_id) != 0 ||
      !g_ascii_string_to_signed(lines[1], 10, G_MININT64, G_MAXINT64, &offset_us, NULL))
    return;
  time->offset_us = offset_us;
  time->is_known = TRUE;
}

void
broker_time_set(BrokerTime *time, gint64 broker_time_ms)
{
  time->offset_us = broker_time_ms * 1000 - clock_boottime_us(time->clock);
  time->is_known = TRUE;
}

gint64
broker_time_now_ms(const BrokerTime *time)
{
  return time->is_known ? (clock_boottime_us(time->clock) + time->offset_us) / 1000 : 0;
}

char *
broker_time_text(const BrokerTime *time)
{
  g_autofree char *boot_id = machine_boot_id();
  return g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n", boot_id, time->offset_us);
}
