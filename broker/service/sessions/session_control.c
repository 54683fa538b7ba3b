/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_control.h"

#include "broker/policy/names.h"
#include "broker/service/connect/own_session.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/rights/rights.h"
#include "broker/service/sessions/session_view.h"
#include "broker/store/desktop_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"

#define TITLE_MAX_BYTES 200
#define TEXT_MAX_BYTES  2000

typedef struct {
  const char *action; /* in the audit log */
  HostCommandKind command;
  gboolean cuts; /* ends the console as well */
} Control;

/* Log off is not here: it ends the session instead of commanding the desktop. */
static const Control controls[SESSION_CONTROLS] = {
    [SESSION_CONTROL_DISCONNECT] = {"session.disconnect", HOST_COMMAND_CUT, FALSE},
    [SESSION_CONTROL_RESTART] = {"session.restart", HOST_COMMAND_RESTART, FALSE},
    [SESSION_CONTROL_RESET] = {"session.reset", HOST_COMMAND_RESET, FALSE},
    [SESSION_CONTROL_LOCK] = {"session.lock", HOST_COMMAND_LOCK, TRUE},
};

static gboolean
send(Work *work, const Session *session, HostCommand *command, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  if (desktop == NULL)
    return FALSE;
  if (command->kind == HOST_COMMAND_RESTART || command->kind == HOST_COMMAND_RESET)
    return lifecycle_restart(work, desktop, (HostCommandKind)command->kind, error);
  command->desktop = desktop->id;
  command->epoch = desktop->epoch;
  return work_command(work, desktop->host, command, error);
}

/* Whoever is connected is not let in again until somebody connects anew. */
static gboolean
send_away(Work *work, Session *session, GError **error)
{
  g_free(session->device);
  session->device = g_strdup("");
  return session_store_update(work->transaction, session, error);
}

/* Who looks after the pool's sessions may in any case: it is for them to help. */
static gboolean
check_right(Work *work, const Caller *caller, const Session *session, HostCommandKind kind, GError **error)
{
  gboolean restart = kind == HOST_COMMAND_RESTART, helps = FALSE;
  if ((!restart && kind != HOST_COMMAND_RESET) || (restart ? session->may_restart : session->may_reset))
    return TRUE;
  if (!rights_allow_on_pool(work, caller, PERMISSION_SESSION_MANAGE, session->pool_id, &helps, error) ||
      helps)
    return helps;
  GError *refusal =
      g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
                  "You may not %s this desktop; ask your administrator.", restart ? "restart" : "reset");
  g_autofree char *reason = g_strdup_printf("The pool %s does not let its users %s their desktops.",
                                            session->pool_name, restart ? "restart" : "reset");
  error_set_reasons(refusal, (const char *const[]){reason, NULL});
  g_propagate_error(error, refusal);
  return FALSE;
}

/* Commanded all the same, the console would be cut and the screen stay as it is. */
static gboolean
check_agent(const Session *session, HostCommandKind kind, GError **error)
{
  if (session_has_agent(session) || (kind != HOST_COMMAND_LOCK && kind != HOST_COMMAND_MESSAGE))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s is a machine without Caraway's agent: %s.",
              session->desktop_name,
              kind == HOST_COMMAND_LOCK ? "lock its screen inside, or disconnect"
                                        : "nothing in it could show a message");
  return FALSE;
}

static gboolean
command(Work *work, const Caller *caller, const char *id, const Control *control, GError **error)
{
  g_autoptr(Session) session = own_session_find_ready(work, caller, id, PERMISSION_SESSION_MANAGE, error);
  if (session == NULL || !check_right(work, caller, session, control->command, error) ||
      !check_agent(session, control->command, error))
    return FALSE;
  HostCommand order = {.kind = (int)control->command,
                       .session = session->id,
                       .reason = error_code_name(CARAWAY_ERROR_DISCONNECTED)};
  HostCommand cut = order;
  cut.kind = HOST_COMMAND_CUT;
  gboolean ends_console = control->cuts || control->command == HOST_COMMAND_CUT;
  return send(work, session, &order, error) && (!control->cuts || send(work, session, &cut, error)) &&
         (!ends_console || send_away(work, session, error)) &&
         work_audit(work, caller, control->action, "session", id, "", error);
}

static gboolean
log_off(Work *work, const Caller *caller, const char *id, GError **error)
{
  g_autoptr(Session) session = own_session_find_live(work, caller, id, PERMISSION_SESSION_MANAGE, error);
  return session != NULL &&
         lifecycle_log_off(work, caller, session, CARAWAY_ERROR_SESSION_ENDED,
                           g_str_equal(session->user_id, caller->user_id)
                               ? "You logged off."
                               : "An administrator logged you off.",
                           error) &&
         work_audit(work, caller, "session.logoff", "session", id, "", error);
}

Session *
session_control(Services *services, const Caller *caller, const char *id, SessionControl control,
                GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  gboolean done = control == SESSION_CONTROL_LOG_OFF ? log_off(work, caller, id, error)
                                                     : command(work, caller, id, &controls[control], error);
  if (!done)
    return NULL;
  g_autoptr(Session) session = session_view_find(work->transaction, id, error);
  return session != NULL && work_commit(work, error) ? g_steal_pointer(&session) : NULL;
}

gboolean
session_control_message(Services *services, const Caller *caller, const char *id, const char *title,
                        const char *text, GError **error)
{
  if (!names_check_text(title, TITLE_MAX_BYTES, "title", error))
    return FALSE;
  if (text == NULL || *text == '\0' || strlen(text) > TEXT_MAX_BYTES || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "A message has 1 to %d bytes of text.",
                TEXT_MAX_BYTES);
    return FALSE;
  }
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Session) session = own_session_find_ready(work, caller, id, PERMISSION_SESSION_MANAGE, error);
  HostCommand order = {.kind = HOST_COMMAND_MESSAGE, .title = title != NULL ? title : "", .text = text};
  return session != NULL && check_agent(session, HOST_COMMAND_MESSAGE, error) &&
         send(work, session, &order, error) &&
         work_audit(work, caller, "session.message", "session", id, "", error) && work_commit(work, error);
}
