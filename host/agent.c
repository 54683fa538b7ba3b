/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_parts.h"
#include "host/hypervisor/machine.h"

#define CONSOLE_WORKERS 4
#define SETTLE_US       (2 * G_USEC_PER_SEC)
#define SETTLE_LOOK_MS  100

/* Desktops */

/* Desktops that were made here come and go without being looked at. */
static void
look_at_foreign(Agent *agent, const char *id)
{
  const DesktopRecord *record = desktops_record(agent->desktops, id);
  if (agent->foreign != NULL && (record == NULL || record->kind == HOST_KIND_ADOPTED))
    foreign_list_look(agent->foreign);
}

static void
on_desktop_changed(const HostDesktop *desktop, gpointer user_data)
{
  Agent *agent = user_data;
  const HostMessage message = {.type = HOST_MESSAGE_DESKTOP, .desktop = *desktop};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
  agent_relay_tell_desktop(agent, desktop);
  if (desktop->kind == HOST_KIND_ADOPTED)
    look_at_foreign(agent, desktop->id);
}

static void
on_desktop_gone(const char *id, Epoch epoch, const char *reason, gpointer user_data)
{
  Agent *agent = user_data;
  const HostMessage message = {.type = HOST_MESSAGE_DESKTOP_GONE, .desktop_gone = {id, epoch, reason}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
  agent_relay_tell_gone(agent, id);
  look_at_foreign(agent, id);
}

static void
on_quarantined(gpointer user_data)
{
  agent_broker_send_foreign(user_data);
}

/* What else is here. */

static gboolean
is_desktop(const char *id, gpointer user_data)
{
  return desktops_record(((Agent *)user_data)->desktops, id) != NULL;
}

static void
on_foreign_changed(gpointer user_data)
{
  Agent *agent = user_data;
  desktops_note_foreign_memory(agent->desktops, foreign_list_memory_mib(agent->foreign));
  agent_broker_send_foreign(agent);
}

static ForeignList *
new_foreign_list(Agent *agent)
{
  const ForeignListParts parts = {agent->parts.context->hypervisor,
                                  agent->workers,
                                  agent->identity->installation,
                                  is_desktop,
                                  on_foreign_changed,
                                  agent};
  return foreign_list_new(&parts);
}

/* The start: look, let what was taken over speak, then link. */

static gboolean
on_settle_look(gpointer data)
{
  Agent *agent = data;
  if (!desktops_are_heard(agent->desktops) &&
      clock_boottime_us(agent->parts.clock) < agent->settle_deadline_us)
    return G_SOURCE_CONTINUE;
  agent->settle_source = 0;
  agent_broker_link(agent);
  return G_SOURCE_REMOVE;
}

static void
start_when_known(Agent *agent)
{
  if (!agent->is_recovered || !agent->is_scanned || agent->is_stopping || agent->link != NULL ||
      agent->settle_source != 0)
    return;
  /* What was taken over is told as it is, not as starting: its guests get a moment to answer. */
  agent_relay_start(agent);
  agent->settle_deadline_us = clock_boottime_us(agent->parts.clock) + SETTLE_US;
  agent->settle_source = g_timeout_add(SETTLE_LOOK_MS, on_settle_look, agent);
}

static void
on_recovered(gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_recovered = TRUE;
  start_when_known(agent);
}

static void
on_scanned(gboolean images_changed, gboolean accelerator_changed, gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_scanned = TRUE;
  start_when_known(agent);
  if (agent->link != NULL && accelerator_changed)
    broker_link_redial(agent->link);
  else if (images_changed)
    agent_broker_send_images(agent);
}

static void
on_hypervisor_event(const char *id, HypervisorEvent event, gpointer user_data)
{
  Agent *agent = user_data;
  if (event == HYPERVISOR_LOST)
    agent->parts.lost(agent->parts.user_data);
  else {
    desktops_take_event(agent->desktops, id, event);
    look_at_foreign(agent, id);
  }
}

Agent *
agent_new(const AgentParts *parts)
{
  static const DesktopsListener desktops_listener = {on_recovered, on_desktop_changed, on_quarantined,
                                                     on_desktop_gone};
  static const AgentImagesListener images_listener = {on_scanned};
  Agent *agent = g_new0(Agent, 1);
  agent->parts = *parts;
  agent->identity = credentials_identity(parts->credentials);
  agent->boot_id = machine_boot_id();
  agent->workers = workers_new(parts->settings->workers);
  agent->console_workers = workers_new(CONSOLE_WORKERS);
  agent->boot_logs = boot_log_keeper_new(parts->settings, agent->workers);
  agent->consoles = agent_consoles_new();
  agent->results = result_memory_new();
  agent->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  agent_broker_recall(agent);
  agent->desktops = desktops_new(parts->context, agent->workers, parts->clock, agent->identity->installation,
                                 &desktops_listener, agent);
  agent->images = agent_images_new(parts->context, &images_listener, agent);
  hypervisor_listen(parts->context->hypervisor, on_hypervisor_event, agent);
  agent_images_scan(agent->images);
  desktops_recover(agent->desktops);
  agent->foreign = new_foreign_list(agent);
  return agent;
}

gboolean
agent_is_ready(const Agent *agent)
{
  return agent->link != NULL && broker_link_is_open(agent->link) &&
         hypervisor_is_alive(agent->parts.context->hypervisor);
}

void
agent_stop(Agent *agent)
{
  agent->is_stopping = TRUE;
  if (agent->settle_source != 0)
    g_source_remove(agent->settle_source);
  agent->settle_source = 0;
  g_clear_pointer(&agent->boot_logs, boot_log_keeper_free);
  g_clear_pointer(&agent->link, broker_link_free);
  g_clear_pointer(&agent->trust, trust_keeper_free);
}

guint
agent_load(const Agent *agent)
{
  return workers_load(agent->workers) + workers_load(agent->console_workers) +
         (agent_images_is_busy(agent->images) ? 1 : 0);
}

void
agent_free(Agent *agent)
{
  if (agent == NULL)
    return;
  agent_stop(agent);
  hypervisor_listen(agent->parts.context->hypervisor, NULL, NULL);
  relay_control_free(agent->relay);
  foreign_list_free(agent->foreign);
  desktops_free(agent->desktops);
  agent_images_free(agent->images);
  workers_free(agent->workers);
  workers_free(agent->console_workers);
  agent_consoles_free(agent->consoles);
  result_memory_free(agent->results);
  g_hash_table_unref(agent->told);
  json_array_unref(agent->grant_keys);
  g_clear_pointer(&agent->revoked_keys, json_array_unref);
  g_free(agent->boot_id);
  g_free(agent);
}
