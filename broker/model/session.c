/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/session.h"

#include "broker/model/name_table.h"

static const char *const state_names[] = {
    [SESSION_REQUESTED] = "requested", [SESSION_PREPARING] = "preparing",       [SESSION_READY] = "ready",
    [SESSION_CONNECTED] = "connected", [SESSION_DISCONNECTED] = "disconnected", [SESSION_ENDED] = "ended",
};

const char *
session_state_name(SessionState state)
{
  return name_table_name(state_names, SESSION_STATES, state);
}

SessionState
session_state_from_name(const char *name)
{
  int value = name_table_value(state_names, SESSION_STATES, name);
  return value < 0 ? SESSION_ENDED : (SessionState)value;
}

gboolean
session_has_agent(const Session *session)
{
  return session->kind != POOL_MANUAL;
}

static gint64
due_us(gint64 warned_us, gint64 warning_us)
{
  return warning_us > 0 ? warned_us + warning_us : 0;
}

SessionNotice
session_notice(const Session *session)
{
  if (session->notice == NULL)
    return (SessionNotice){0};
  if (session->age_warned_us != 0)
    return (SessionNotice){"session-limit", "logoff",
                           due_us(session->age_warned_us, session->age_warning_us)};
  if (session->idle_warned_us != 0)
    return (SessionNotice){"idle-limit", "disconnect",
                           due_us(session->idle_warned_us, session->idle_warning_us)};
  return (SessionNotice){.code = "idle-disconnected"};
}

Session *
session_copy(const Session *session)
{
  Session *copy = g_memdup2(session, sizeof *session);
  copy->id = g_strdup(session->id);
  copy->pool_id = g_strdup(session->pool_id);
  copy->pool_name = g_strdup(session->pool_name);
  copy->user_id = g_strdup(session->user_id);
  copy->user_name = g_strdup(session->user_name);
  copy->desktop_id = g_strdup(session->desktop_id);
  copy->desktop_name = g_strdup(session->desktop_name);
  copy->host = g_strdup(session->host);
  copy->step = g_strdup(session->step);
  copy->connected_from = g_strdup(session->connected_from);
  copy->viewer = g_strdup(session->viewer);
  copy->device = g_strdup(session->device);
  copy->end_code = g_strdup(session->end_code);
  copy->reasons = g_strdupv(session->reasons);
  copy->power = g_strdup(session->power);
  copy->notice = g_strdup(session->notice);
  return copy;
}

void
session_add_reason(Session *session, const char *reason)
{
  guint count = session->reasons == NULL ? 0 : g_strv_length(session->reasons);
  session->reasons = g_renew(char *, session->reasons, count + 2);
  session->reasons[count] = g_strdup(reason);
  session->reasons[count + 1] = NULL;
}

void
session_free(Session *session)
{
  if (session == NULL)
    return;
  g_free(session->id);
  g_free(session->pool_id);
  g_free(session->pool_name);
  g_free(session->user_id);
  g_free(session->user_name);
  g_free(session->desktop_id);
  g_free(session->desktop_name);
  g_free(session->host);
  g_free(session->step);
  g_free(session->connected_from);
  g_free(session->viewer);
  g_free(session->device);
  g_free(session->end_code);
  g_strfreev(session->reasons);
  g_free(session->power);
  g_free(session->notice);
  g_free(session);
}
