/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/lifecycle.h"

#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/desktops/desktop_names.h"
#include "broker/store/desktop_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"

/* Till then a desktop that was told to restart may sign its user out and be away. */
#define RESTART_LIMIT_US (180 * SECOND_US)

gboolean
lifecycle_command(Work *work, const Desktop *desktop, HostCommandKind kind, GError **error)
{
  HostCommand command = {.kind = (int)kind, .desktop = desktop->id, .epoch = desktop->epoch};
  return work_command(work, desktop->host, &command, error);
}

static gboolean
command_cut(Work *work, const Desktop *desktop, CarawayErrorCode code, GError **error)
{
  HostCommand command = {.kind = HOST_COMMAND_CUT,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .session = desktop->session_id,
                         .reason = error_code_name((int)code)};
  return work_command(work, desktop->host, &command, error);
}

static void
set_step(Desktop *desktop, Power power, const char *step)
{
  desktop->power = power;
  desktop->progress = 0;
  g_free(desktop->step);
  desktop->step = g_strdup(step);
}

gboolean
lifecycle_start(Work *work, Desktop *desktop, GError **error)
{
  set_step(desktop, POWER_STARTING, "waiting for the host to start it");
  desktop->stopping = FALSE;
  desktop->guest.ready = FALSE;
  return lifecycle_command(work, desktop, HOST_COMMAND_START, error) &&
         desktop_store_update(work->transaction, desktop, error);
}

gboolean
lifecycle_restart(Work *work, Desktop *desktop, HostCommandKind kind, GError **error)
{
  desktop->restart_until_us = work->now_us + RESTART_LIMIT_US;
  desktop->stopping = desktop->stopping && kind != HOST_COMMAND_RESET; /* which ends its shutting down */
  return desktop_store_update(work->transaction, desktop, error) &&
         lifecycle_command(work, desktop, kind, error);
}

gboolean
lifecycle_remove_again(Work *work, const Desktop *desktop, GError **error)
{
  return lifecycle_command(work, desktop,
                           desktop->kind == POOL_MANUAL ? HOST_COMMAND_RELEASE : HOST_COMMAND_DESTROY, error);
}

/* --- effects --- */

static gboolean
end_session_of(Work *work, const Caller *caller, const Desktop *desktop, CarawayErrorCode code,
               const char *detail, GError **error)
{
  if (desktop->session_id == NULL)
    return TRUE;
  work_tell_end(work, desktop->session_id);
  return session_store_end(work->transaction, desktop->session_id, error_code_name((int)code), detail,
                           work->now_us, error) &&
         work_audit(work, caller, "session.end", "desktop", desktop->name, detail, error);
}

static gboolean
make_session_ready(Work *work, const Desktop *desktop, GError **error)
{
  if (desktop->session_id == NULL)
    return TRUE;
  g_autoptr(Session) session = session_store_find(work->transaction, desktop->session_id, error);
  return session != NULL && lifecycle_session(work, session, SESSION_EVENT_DESKTOP_READY, error);
}

/* Effects that are a command each. The order here is the order on the host: the console hears why before its
 * desktop is gone. */
static gboolean
command_effects(Work *work, Desktop *desktop, DesktopEffects effects, CarawayErrorCode code, GError **error)
{
  static const struct {
    DesktopEffects effect;
    HostCommandKind kind;
  } rows[] = {
      {DESKTOP_EFFECT_RAISE_EPOCH, HOST_COMMAND_EPOCH},  {DESKTOP_EFFECT_SIGN_OUT, HOST_COMMAND_LOGOFF},
      {DESKTOP_EFFECT_SHUT_DOWN, HOST_COMMAND_SHUTDOWN}, {DESKTOP_EFFECT_DESTROY, HOST_COMMAND_DESTROY},
      {DESKTOP_EFFECT_RELEASE, HOST_COMMAND_RELEASE},
  };
  if ((effects & DESKTOP_EFFECT_SESSION_END) && desktop->session_id != NULL &&
      !command_cut(work, desktop, code, error))
    return FALSE;
  if (effects & DESKTOP_EFFECT_RAISE_EPOCH)
    desktop->epoch.counter++;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if ((effects & rows[i].effect) && !lifecycle_command(work, desktop, rows[i].kind, error))
      return FALSE;
  return TRUE;
}

/* A machine that is off hears nothing; asking it would only leave a command that fails. So would asking one
 * that was adopted to sign its user out: no agent of ours is in it. Nor is somebody signed out who has left.
 */
static DesktopEffects
effects_on(const Desktop *desktop, DesktopEffects effects)
{
  gboolean nobody = desktop->guest.user == NULL && desktop->guest.idle_ms >= 0;
  if (nobody || desktop->kind == POOL_MANUAL || desktop->power != POWER_UP)
    effects &= ~(DesktopEffects)DESKTOP_EFFECT_SIGN_OUT;
  if (desktop->power != POWER_UP)
    effects &= ~(DesktopEffects)DESKTOP_EFFECT_SHUT_DOWN;
  return effects;
}

static gboolean
forget(Work *work, Desktop *desktop, GError **error)
{
  return outbox_store_remove_of_desktop(work->transaction, desktop->host, desktop->id, error) &&
         desktop_store_remove(work->transaction, desktop->id, error) &&
         desktop_names_give_back(work, desktop->pool_id, desktop->name, error) &&
         (desktop->remade_for == NULL || desktop_maker_remake(work, desktop, error));
}

static gboolean
do_effects(Work *work, const Caller *caller, Desktop *desktop, DesktopEffects effects, CarawayErrorCode code,
           const char *detail, GError **error)
{
  if ((effects & DESKTOP_EFFECT_SESSION_READY) && !make_session_ready(work, desktop, error))
    return FALSE;
  if ((effects & DESKTOP_EFFECT_SESSION_END) && !end_session_of(work, caller, desktop, code, detail, error))
    return FALSE;
  if ((effects & DESKTOP_EFFECT_FORGET))
    return forget(work, desktop, error);
  if ((effects & DESKTOP_EFFECT_MISS))
    set_step(desktop, POWER_LOST, "its host does not have it any more");
  if (!command_effects(work, desktop, effects, code, error))
    return FALSE;
  desktop->stopping = desktop->stopping || (effects & DESKTOP_EFFECT_SHUT_DOWN);
  desktop->signing_out = desktop->signing_out || (effects & DESKTOP_EFFECT_SIGN_OUT);
  return desktop_store_update(work->transaction, desktop, error);
}

/* --- steps --- */

static void
take_from_owner(Desktop *desktop, DesktopEffects effects)
{
  if (effects & DESKTOP_EFFECT_REMAKE)
    desktop->remade_for = g_steal_pointer(&desktop->owner_id); /* the slot stays noted */
  else if (desktop->owner_id != NULL)
    desktop->slot = 0;
  g_clear_pointer(&desktop->owner_id, g_free);
}

gboolean
lifecycle_step(Work *work, const Caller *caller, Desktop *desktop, DesktopEvent event, CarawayErrorCode code,
               const char *detail, GError **error)
{
  DesktopStep step = desktop_machine_step(desktop->kind, desktop->assignment, event);
  if (step.effects & DESKTOP_EFFECT_REFUSE) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "The desktop %s of a %s pool is %s.",
                desktop->name, pool_kind_name(desktop->kind), assignment_name(desktop->assignment));
    return FALSE;
  }
  if (step.assignment != desktop->assignment || (step.effects & DESKTOP_EFFECT_FORGET))
    work->wakes_keeper = TRUE;
  desktop->assignment = step.assignment;
  if (desktop->assignment != ASSIGNMENT_ASSIGNED)
    take_from_owner(desktop, step.effects);
  return do_effects(work, caller, desktop, effects_on(desktop, step.effects), code, detail, error);
}

gboolean
lifecycle_desktop(Work *work, Desktop *desktop, DesktopEvent event, CarawayErrorCode code, const char *detail,
                  GError **error)
{
  return lifecycle_step(work, NULL, desktop, event, code, detail, error);
}

/* --- sessions --- */

static gboolean
is_left(SessionState state)
{
  return state == SESSION_READY || state == SESSION_DISCONNECTED;
}

/* Since when somebody has a console of it, or nobody: what limits count from. */
static void
note_console(const Work *work, Session *session, SessionState after)
{
  if (after != session->state)
    session->console_since_us = is_left(after) || after == SESSION_CONNECTED ? work->now_us : 0;
  session->left_done = session->left_done && is_left(after);
  gboolean comes_back = after == SESSION_CONNECTED && session->state != SESSION_CONNECTED;
  gboolean leaves_warned = after != SESSION_CONNECTED && session->idle_warned_us != 0;
  if (!comes_back && !leaves_warned)
    return;
  session->idle_warned_us = 0;
  if (session->age_warned_us == 0) /* else that warning still holds */
    g_clear_pointer(&session->notice, g_free);
}

gboolean
lifecycle_session(Work *work, Session *session, SessionEvent event, GError **error)
{
  SessionStep step = session_machine_step(session->state, event);
  if (step.effects & SESSION_EFFECT_TELL)
    work_tell(work, session->id);
  if (session->state == SESSION_ENDED)
    return TRUE;
  note_console(work, session, step.state);
  work->wakes_keeper |= is_left(step.state) && step.state != session->state; /* limits begin */
  session->state = step.state;
  return session_store_update(work->transaction, session, error);
}

static gboolean
end(Work *work, const Caller *caller, const Session *session, gboolean logs_off, CarawayErrorCode code,
    const char *detail, GError **error)
{
  if (!(session_machine_step(session->state, SESSION_EVENT_END).effects & SESSION_EFFECT_RECYCLE))
    return TRUE;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  if (desktop == NULL)
    return FALSE;
  DesktopEvent event = logs_off ? desktop_machine_log_off(desktop->on_logoff) : DESKTOP_EVENT_LEAVE;
  return lifecycle_step(work, caller, desktop, event, code, detail, error);
}

gboolean
lifecycle_end(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
              const char *detail, GError **error)
{
  return end(work, caller, session, FALSE, code, detail, error);
}

gboolean
lifecycle_log_off(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
                  const char *detail, GError **error)
{
  return end(work, caller, session, TRUE, code, detail, error);
}

gboolean
lifecycle_end_all(Work *work, const Caller *caller, const GPtrArray *sessions, CarawayErrorCode code,
                  const char *detail, GError **error)
{
  for (guint i = 0; i < sessions->len; i++)
    if (!lifecycle_end(work, caller, g_ptr_array_index(sessions, i), code, detail, error))
      return FALSE;
  return TRUE;
}
