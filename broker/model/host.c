/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/host.h"

#include "broker/model/image.h"
#include "broker/model/name_table.h"

static const char *const state_names[] = {
    [HOST_JOINING] = "joining",
    [HOST_UP] = "up",
    [HOST_SILENT] = "silent",
    [HOST_DOWN] = "down",
};

const char *
host_state_name(HostState state)
{
  return name_table_name(state_names, HOST_STATES, state);
}

HostState
host_state_from_name(const char *name)
{
  int value = name_table_value(state_names, HOST_STATES, name);
  return value < 0 ? HOST_DOWN : (HostState)value;
}

static const char *const duty_names[] = {
    [HOST_ACTIVE] = "active",
    [HOST_DRAINING] = "draining",
    [HOST_MAINTENANCE] = "maintenance",
};

const char *
host_duty_name(HostDuty duty)
{
  return name_table_name(duty_names, HOST_DUTIES, duty);
}

HostDuty
host_duty_from_name(const char *name)
{
  int value = name_table_value(duty_names, HOST_DUTIES, name);
  return value < 0 ? HOST_MAINTENANCE : (HostDuty)value;
}

Host *
host_new(const char *name)
{
  Host *host = g_new0(Host, 1);
  host->name = g_strdup(name);
  host->images = g_ptr_array_new_with_free_func((GDestroyNotify)image_copy_free);
  host->quarantined = g_ptr_array_new_with_free_func((GDestroyNotify)host_quarantine_free);
  return host;
}

void
host_free(Host *host)
{
  if (host == NULL)
    return;
  g_free(host->name);
  g_free(host->boot_id);
  g_free(host->agent_version);
  g_free(host->accelerator);
  g_free(host->accelerator_reason);
  g_free(host->relay_address);
  g_free(host->link_broker);
  g_clear_pointer(&host->images, g_ptr_array_unref);
  g_clear_pointer(&host->quarantined, g_ptr_array_unref);
  g_clear_pointer(&host->foreign, g_ptr_array_unref);
  g_free(host);
}

HostQuarantine *
host_quarantine_new(const char *name, const char *reason)
{
  HostQuarantine *quarantine = g_new0(HostQuarantine, 1);
  quarantine->name = g_strdup(name);
  quarantine->reason = g_strdup(reason);
  return quarantine;
}

void
host_quarantine_free(HostQuarantine *quarantine)
{
  if (quarantine == NULL)
    return;
  g_free(quarantine->name);
  g_free(quarantine->reason);
  g_free(quarantine);
}
