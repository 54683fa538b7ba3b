/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_host_parts.h"

/* What the relay and the agent look at, in their order. */
static const char *
refusal(SimulatedHost *host, const Machine *machine, const Grant *grant)
{
  gint64 now_s = (clock_boottime_us(&host->world->clock.clock) + host->broker_ahead_us) / G_USEC_PER_SEC;
  if (g_hash_table_contains(host->spent, grant->id))
    return "grant-already-used";
  if (grant_is_expired(grant, now_s))
    return "grant-expired";
  if (machine == NULL || !machine_is_ready(machine))
    return "host-gone";
  return epoch_compare(grant->epoch, machine->record->epoch) < 0 ? "grant-superseded" : NULL;
}

void
simulated_host_admit(SimulatedHost *host, const Grant *grant)
{
  Machine *machine = simulated_host_find(host->machines, grant->desktop);
  const char *code = refusal(host, machine, grant);
  world_note(host->world, (Event){.kind = code == NULL ? EVENT_CONSOLE : EVENT_CONSOLE_REFUSED,
                                  .user = grant->user,
                                  .key = grant->id,
                                  .session = grant->session,
                                  .desktop = grant->desktop,
                                  .host = host->name,
                                  .text = code,
                                  .epoch = grant->epoch,
                                  .number = host->told_time_us});
  if (code != NULL)
    return;
  g_hash_table_add(host->spent, g_strdup(grant->id));
  machine->record->epoch = grant->epoch;
  simulated_host_close(host, machine);
  machine->console = g_strdup(grant->session);
  simulated_host_say_console(host, machine, TRUE);
}

gboolean
simulated_host_close_console(SimulatedHost *host)
{
  Machine *machine = simulated_host_pick(host, TRUE);
  if (machine == NULL || machine->console == NULL)
    return FALSE;
  simulated_host_close(host, machine);
  return TRUE;
}

/* --- looking at the host --- */

gboolean
simulated_host_is_ready(const SimulatedHost *host, const char *desktop)
{
  const Machine *machine = simulated_host_find(host->machines, desktop);
  return machine != NULL && machine_is_ready(machine);
}

void
simulated_host_report_machines(SimulatedHost *host)
{
  for (guint i = 0; i < host->machines->len; i++)
    simulated_host_note(host, EVENT_FINAL_MACHINE,
                        ((Machine *)g_ptr_array_index(host->machines, i))->record->id, NULL);
}

gboolean
simulated_host_is_quiet(const SimulatedHost *host)
{
  for (guint i = 0; i < host->machines->len; i++)
    if (machine_is_at_work(g_ptr_array_index(host->machines, i)))
      return FALSE;
  const Link *link = host->link;
  return link == NULL ||
         (g_queue_is_empty((GQueue *)&link->to_host) && g_queue_is_empty((GQueue *)&link->to_broker));
}
