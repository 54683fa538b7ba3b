/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/lifecycle.h"

#include "broker/service/desktop_names.h"
#include "broker/store/desktop_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"

char *
lifecycle_shape(const Pool *pool)
{
  return g_strdup_printf("%s:%u:%u:%u:%s", pool->image, pool->vcpus, pool->memory_mib, pool->heads,
                         pool->account);
}

static gboolean
command_create(Work *work, const Pool *pool, const Desktop *desktop, GError **error)
{
  HostCommand command = {.kind = HOST_COMMAND_CREATE,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .name = desktop->name,
                         .pool = pool->name,
                         .image = pool->image,
                         .vcpus = pool->vcpus,
                         .memory_mib = pool->memory_mib,
                         .heads = pool->heads,
                         .account = pool->account};
  return work_command(work, desktop->host, &command, error);
}

Desktop *
lifecycle_create(Work *work, const Pool *pool, const char *host, const char *owner_id, GError **error)
{
  g_autoptr(Desktop) desktop = g_new0(Desktop, 1);
  desktop->name = desktop_names_take(work, pool, error);
  if (desktop->name == NULL)
    return NULL;
  desktop->id = g_uuid_string_random();
  desktop->pool_id = g_strdup(pool->id);
  desktop->pool_name = g_strdup(pool->name);
  desktop->host = g_strdup(host);
  desktop->assignment = owner_id != NULL ? ASSIGNMENT_ASSIGNED : ASSIGNMENT_NONE;
  desktop->owner_id = g_strdup(owner_id);
  desktop->power = POWER_PLANNED;
  desktop->shape = lifecycle_shape(pool);
  desktop->vcpus = pool->vcpus;
  desktop->memory_mib = pool->memory_mib;
  desktop->epoch = (Epoch){.generation = work->services->generation, .counter = 1};
  desktop->step = g_strdup("waiting for the host");
  desktop->created_us = work->now_us;
  if (!desktop_store_add(work->transaction, desktop, error) || !command_create(work, pool, desktop, error))
    return NULL;
  return g_steal_pointer(&desktop);
}

static gboolean
command_destroy(Work *work, const Desktop *desktop, GError **error)
{
  HostCommand command = {.kind = HOST_COMMAND_DESTROY, .desktop = desktop->id, .epoch = desktop->epoch};
  return work_command(work, desktop->host, &command, error);
}

static gboolean
command_cut(Work *work, const Desktop *desktop, const char *session, CarawayErrorCode code, GError **error)
{
  HostCommand command = {.kind = HOST_COMMAND_CUT,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .session = session,
                         .reason = error_code_name((int)code)};
  return work_command(work, desktop->host, &command, error);
}

static gboolean
end_session_of(Work *work, const Caller *caller, const Desktop *desktop, CarawayErrorCode code,
               const char *detail, GError **error)
{
  if (desktop->session_id == NULL)
    return TRUE;
  work_tell(work, desktop->session_id);
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

/* The order of the commands is the order on the host: the console hears why before its desktop is gone. */
static gboolean
do_effects(Work *work, const Caller *caller, Desktop *desktop, DesktopEffects effects, CarawayErrorCode code,
           const char *detail, GError **error)
{
  if ((effects & DESKTOP_EFFECT_SESSION_READY) && !make_session_ready(work, desktop, error))
    return FALSE;
  if ((effects & DESKTOP_EFFECT_SESSION_END) && !end_session_of(work, caller, desktop, code, detail, error))
    return FALSE;
  if ((effects & DESKTOP_EFFECT_FORGET))
    return outbox_store_remove_of_desktop(work->transaction, desktop->id, error) &&
           desktop_store_remove(work->transaction, desktop->id, error) &&
           desktop_names_give_back(work, desktop->pool_id, desktop->name, error);
  if ((effects & DESKTOP_EFFECT_DESTROY) && desktop->session_id != NULL &&
      !command_cut(work, desktop, desktop->session_id, code, error))
    return FALSE;
  if ((effects & DESKTOP_EFFECT_DESTROY) && !command_destroy(work, desktop, error))
    return FALSE;
  return desktop_store_update(work->transaction, desktop, error);
}

static gboolean
step_desktop(Work *work, const Caller *caller, Desktop *desktop, DesktopEvent event, CarawayErrorCode code,
             const char *detail, GError **error)
{
  DesktopStep step = desktop_machine_step(desktop->assignment, event);
  if (step.effects & DESKTOP_EFFECT_REFUSE) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "The desktop %s is %s.", desktop->name,
                assignment_name(desktop->assignment));
    return FALSE;
  }
  if (step.assignment != desktop->assignment || (step.effects & DESKTOP_EFFECT_FORGET))
    work->wakes_keeper = TRUE;
  desktop->assignment = step.assignment;
  if (desktop->assignment != ASSIGNMENT_ASSIGNED)
    g_clear_pointer(&desktop->owner_id, g_free);
  return do_effects(work, caller, desktop, step.effects, code, detail, error);
}

gboolean
lifecycle_desktop(Work *work, Desktop *desktop, DesktopEvent event, CarawayErrorCode code, const char *detail,
                  GError **error)
{
  return step_desktop(work, NULL, desktop, event, code, detail, error);
}

gboolean
lifecycle_session(Work *work, Session *session, SessionEvent event, GError **error)
{
  SessionStep step = session_machine_step(session->state, event);
  if (step.effects & SESSION_EFFECT_TELL)
    work_tell(work, session->id);
  if (session->state == SESSION_ENDED)
    return TRUE;
  session->state = step.state;
  return session_store_update(work->transaction, session, error);
}

gboolean
lifecycle_end(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
              const char *detail, GError **error)
{
  if (!(session_machine_step(session->state, SESSION_EVENT_END).effects & SESSION_EFFECT_RECYCLE))
    return TRUE;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  return desktop != NULL && step_desktop(work, caller, desktop, DESKTOP_EVENT_RETIRE, code, detail, error);
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
