/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/connect_take.h"

#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "broker/store/session_store.h"
#include "common/base/ordered_uuid.h"

/* Enters a session on @desktop, which is the caller's. */
static gboolean
add_session(ConnectCase *connect, const Caller *caller, const Desktop *desktop, const char *action,
            char **ret_session_id, GError **error)
{
  Work *work = connect->work;
  gboolean ready = desktop_can_be_shown(desktop);
  SessionEvent event = ready ? SESSION_EVENT_DESKTOP_READY : SESSION_EVENT_WAIT;
  g_autofree char *id = ordered_uuid_new(work->services->clock);
  const Session session = {.id = id,
                           .pool_id = connect->pool->id,
                           .pool_name = connect->pool->name,
                           .user_id = caller->user_id,
                           .user_name = caller->user_name,
                           .desktop_id = desktop->id,
                           .desktop_name = desktop->name,
                           .host = desktop->host,
                           .state = session_machine_step(SESSION_REQUESTED, event).state,
                           .created_us = work->now_us,
                           .viewer = (char *)"",
                           .device = caller->token_hash,
                           .slot = desktop->slot,
                           .console_since_us = ready ? work->now_us : 0};
  if (!session_store_add(work->transaction, &session, error) ||
      !work_audit(work, caller, action, "desktop", desktop->name, "", error))
    return FALSE;
  work->wakes_keeper = TRUE;
  work_tell(work, id);
  *ret_session_id = g_steal_pointer(&id);
  return TRUE;
}

/* --- one's own --- */

static gboolean
resume(ConnectCase *connect, const Caller *caller, char **ret_session_id, GError **error)
{
  Session *session = connect->session;
  g_free(session->device);
  session->device = g_strdup(caller->token_hash);
  work_tell(connect->work, session->id);
  if (!session_store_update(connect->work->transaction, session, error) ||
      !work_audit(connect->work, caller, connect->own.elsewhere ? "session.take-over" : "session.resume",
                  "session", session->id, "", error))
    return FALSE;
  *ret_session_id = g_strdup(session->id);
  return TRUE;
}

/* Nothing to do for one that can be shown, or will be by itself: one that is still shutting down or signing
 * out is brought back once it has done so (desktop_report). */
static gboolean
bring_up(Work *work, Desktop *desktop, GError **error)
{
  if (desktop->power == POWER_OFF || desktop->power == POWER_FAILED)
    return lifecycle_start(work, desktop, error);
  return !desktop_is_signed_off(desktop) || desktop->signing_out ||
         lifecycle_restart(work, desktop, HOST_COMMAND_RESTART, error);
}

static gboolean
open_own(ConnectCase *connect, const Caller *caller, char **ret_session_id, GError **error)
{
  Desktop *desktop = connect->chosen;
  gboolean is_off = desktop->power == POWER_OFF || desktop->power == POWER_FAILED;
  return lifecycle_step(connect->work, caller, desktop, DESKTOP_EVENT_OPEN, CARAWAY_ERROR_INTERNAL, "",
                        error) &&
         add_session(connect, caller, desktop, is_off ? "session.start" : "session.open", ret_session_id,
                     error) &&
         bring_up(connect->work, desktop, error);
}

gboolean
connect_take_own(ConnectCase *connect, const Caller *caller, char **ret_session_id, GError **error)
{
  return connect->session != NULL ? resume(connect, caller, ret_session_id, error)
                                  : open_own(connect, caller, ret_session_id, error);
}

/* --- a free one --- */

/* Whoever is given another desktop does not get a second one for the one that is made anew. */
static gboolean
forget_remake(ConnectCase *connect, GError **error)
{
  return connect->pool->kind != POOL_DEDICATED ||
         desktop_store_forget_remake(connect->work->transaction, connect->pool->id, connect->user_id, error);
}

/* Claims @candidate, unless somebody was faster; NULL without @error then. */
static Desktop *
claim(ConnectCase *connect, const Desktop *candidate, GError **error)
{
  gboolean claimed;
  DbTransaction *transaction = connect->work->transaction;
  DesktopStep step = desktop_machine_step(connect->pool->kind, candidate->assignment, DESKTOP_EVENT_CLAIM);
  if (step.effects != DESKTOP_EFFECT_RAISE_EPOCH)
    return NULL;
  if (!desktop_store_claim(transaction, candidate->id, connect->user_id, connect_case_free_slot(connect),
                           &claimed, error) ||
      !claimed)
    return NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(transaction, candidate->id, error);
  return desktop != NULL && lifecycle_command(connect->work, desktop, HOST_COMMAND_EPOCH, error)
             ? g_steal_pointer(&desktop)
             : NULL;
}

static Desktop *
claim_best(ConnectCase *connect, GError **error)
{
  for (guint i = 0; i < connect->ranking->len; i++) {
    GError *problem = NULL;
    Desktop *desktop = claim(connect, g_ptr_array_index(connect->ranking, i), &problem);
    if (desktop != NULL)
      return desktop;
    if (problem != NULL) {
      g_propagate_error(error, problem);
      return NULL;
    }
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_FREE_DESKTOP,
              "The desktops that were free are taken meanwhile; try again.");
  return NULL;
}

gboolean
connect_take_free(ConnectCase *connect, const Caller *caller, char **ret_session_id, GError **error)
{
  if (!forget_remake(connect, error))
    return FALSE;
  g_autoptr(Desktop) desktop = claim_best(connect, error);
  return desktop != NULL && add_session(connect, caller, desktop, "session.assign", ret_session_id, error);
}

gboolean
connect_take_new(ConnectCase *connect, const Caller *caller, char **ret_session_id, GError **error)
{
  if (!forget_remake(connect, error))
    return FALSE;
  const Host *host = g_ptr_array_index(connect->capacity->hosts, (guint)connect->placement.host);
  g_autoptr(Desktop) desktop = desktop_maker_create(connect->work, connect->pool, host->name,
                                                    connect->user_id, connect_case_free_slot(connect), error);
  return desktop != NULL && add_session(connect, caller, desktop, "session.assign", ret_session_id, error);
}
