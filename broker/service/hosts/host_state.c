/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_state.h"

#include "broker/model/desktop.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/desktops/lifecycle.h"
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

/* Somebody waits for @desktop: they had better ask for another one, or ask again when the host is back. */
static gboolean
give_up_unfinished(Work *work, Desktop *desktop, GError **error)
{
  g_autoptr(Session) session =
      desktop->session_id != NULL ? session_store_find(work->transaction, desktop->session_id, error) : NULL;
  if (session == NULL)
    return desktop->session_id == NULL && desktop_store_update(work->transaction, desktop, error);
  if (session->state != SESSION_REQUESTED && session->state != SESSION_PREPARING)
    return desktop_store_update(work->transaction, desktop, error);
  gboolean kept = desktop->kind == POOL_MANUAL || desktop->used;
  return lifecycle_desktop(
      work, desktop, kept ? DESKTOP_EVENT_LEAVE : DESKTOP_EVENT_UNMADE, CARAWAY_ERROR_HOST_GONE,
      kept ? "The host stopped answering while it started the desktop. Connect again when it is back."
           : "The host stopped answering while it made the desktop. Connect again for another one.",
      error);
}

/* Desktops that somebody has worked with stay theirs: the host may come back with them. */
static gboolean
lose_desktops(Work *work, const Host *host, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host->name, error);
  if (desktops == NULL)
    return FALSE;
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    desktop->power = POWER_LOST;
    gboolean done = desktop->assignment == ASSIGNMENT_ASSIGNED
                        ? give_up_unfinished(work, desktop, error)
                        : desktop_store_update(work->transaction, desktop, error);
    if (!done)
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
  work_notify(work, CHANGE_HOST, host->name);
  if (!host_store_put(work->transaction, host, error))
    return FALSE;
  if ((step.effects & HOST_EFFECT_TELL) && !tell_sessions(work, host, error))
    return FALSE;
  return !(step.effects & HOST_EFFECT_LOSE) || lose_desktops(work, host, error);
}
