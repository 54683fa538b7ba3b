/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/host_state.h"

#include "broker/model/desktop.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/session_store.h"

static gboolean
tell_sessions(Work *work, const Host *host, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_host(work->transaction, host->name, error);
  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++)
    work_tell(work, ((Session *)g_ptr_array_index(sessions, i))->id);
  return TRUE;
}

/* Desktops with an owner stay theirs: the host may come back with them. */
static gboolean
lose_free_desktops(Work *work, const Host *host, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host->name, error);
  if (desktops == NULL)
    return FALSE;
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    desktop->power = POWER_LOST;
    if (desktop->assignment != ASSIGNMENT_ASSIGNED &&
        !desktop_store_update(work->transaction, desktop, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
host_state_step(Work *work, Host *host, HostEvent event, GError **error)
{
  HostStep step = host_machine_step(host->state, event);
  if (host->state != step.state) {
    host->state_since_us = work->now_us;
    g_autofree char *action = g_strconcat("host.", host_state_name(step.state), NULL);
    if (!work_audit(work, NULL, action, "host", host->name, "", error))
      return FALSE;
  }
  host->state = step.state;
  work->wakes_keeper |= step.effects != HOST_EFFECT_NONE;
  if (!host_store_put(work->transaction, host, error))
    return FALSE;
  if ((step.effects & HOST_EFFECT_TELL) && !tell_sessions(work, host, error))
    return FALSE;
  return !(step.effects & HOST_EFFECT_LOSE) || lose_free_desktops(work, host, error);
}
