/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_parts.h"

static void
add_metric(GString *text, const char *name, const char *help, gint64 value)
{
  g_string_append_printf(text, "# HELP %s %s\n# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", name, help, name,
                         name, value);
}

char *
agent_metrics(const Agent *agent)
{
  GString *text = g_string_new(NULL);
  HostCapacity capacity;
  desktops_capacity(agent->desktops, &capacity);
  g_autoptr(GArray) desktops = desktops_describe(agent->desktops);
  guint by_power[HOST_POWER_FAILED + 1] = {0};
  for (guint i = 0; i < desktops->len; i++)
    by_power[g_array_index(desktops, HostDesktop, i).power]++;
  g_string_append(text,
                  "# HELP caraway_host_desktops Desktops by power\n# TYPE caraway_host_desktops gauge\n");
  for (guint i = 0; i <= HOST_POWER_FAILED; i++)
    g_string_append_printf(text, "caraway_host_desktops{power=\"%s\"} %u\n", host_power_name((HostPower)i),
                           by_power[i]);
  add_metric(text, "caraway_host_consoles", "Consoles that live", agent_consoles_count(agent->consoles));
  add_metric(text, "caraway_host_memory_free_mib", "Memory left for desktops", capacity.memory_free_mib);
  add_metric(text, "caraway_host_disk_free_mib", "Disk left for overlays", capacity.disk_free_mib);
  add_metric(text, "caraway_host_jobs", "Work under way", agent_load(agent));
  add_metric(text, "caraway_host_broker_linked", "Whether the broker is linked",
             agent->link != NULL && broker_link_is_open(agent->link));
  add_metric(text, "caraway_host_relay_connected", "Whether the relay is connected",
             agent->relay != NULL && relay_control_is_connected(agent->relay));
  return g_string_free(text, FALSE);
}
