/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_limits.h"

#include "broker/policy/session_limits.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"

static const char WARNING_TITLE[] = "Caraway";

/* --- what is due --- */

/* A session for which something is to be done. */
typedef struct {
  Session *session; /* as it was when that was decided */
  SessionLimitDecision decision;
} Due;

static void
due_free(gpointer data)
{
  Due *due = data;
  session_free(due->session);
  session_limits_clear(&due->decision);
  g_free(due);
}

static gint64
since(SessionTimes *times, const Session *session, SessionTime what, gint64 since_us)
{
  return since_us == 0 ? SESSION_LIMITS_NEVER : session_times_since(times, session->id, what, since_us);
}

static SessionLimitFacts
read_facts(SessionTimes *times, const Pool *pool, const Session *session)
{
  return (SessionLimitFacts){
      .state = session->state,
      .pool = pool,
      .console_us = since(times, session, SESSION_TIME_CONSOLE, session->console_since_us),
      .idle_us = since(times, session, SESSION_TIME_IDLE, session->idle_since_us),
      .age_us = session_times_since(times, session->id, SESSION_TIME_BEGUN, session->created_us),
      .idle_warned_us = since(times, session, SESSION_TIME_IDLE_WARNED, session->idle_warned_us),
      .age_warned_us = since(times, session, SESSION_TIME_AGE_WARNED, session->age_warned_us),
      .was_left_done = session->left_done};
}

/* A console that was told to leave and is not gone yet is no longer anybody's. */
static gboolean
is_being_cut(const Session *session)
{
  return session->state == SESSION_CONNECTED && *session->device == '\0';
}

static void
note_next(Services *services, const SessionLimitDecision *decision, gint64 now_us)
{
  if (decision->next_us == SESSION_LIMITS_NEVER)
    return;
  gint64 at_us = now_us + decision->next_us;
  if (services->next_limit_us == 0 || at_us < services->next_limit_us)
    services->next_limit_us = at_us;
}

static GHashTable *
pools_by_id(GPtrArray *pools)
{
  GHashTable *by_id = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < pools->len; i++) {
    Pool *pool = g_ptr_array_index(pools, i);
    g_hash_table_insert(by_id, pool->id, pool);
  }
  return by_id;
}

static GPtrArray *
decide(Services *services, GHashTable *pools, const GPtrArray *sessions, gint64 now_us)
{
  GPtrArray *all = g_ptr_array_new_with_free_func(due_free);
  for (guint i = 0; i < sessions->len; i++) {
    const Session *session = g_ptr_array_index(sessions, i);
    const Pool *pool = g_hash_table_lookup(pools, session->pool_id);
    if (pool == NULL || is_being_cut(session))
      continue;
    SessionLimitFacts facts = read_facts(services->session_times, pool, session);
    g_auto(SessionLimitDecision) decision = {0};
    session_limits_decide(&facts, &decision);
    note_next(services, &decision, now_us);
    if (decision.action == SESSION_ACTION_NOTHING && !decision.takes_idle_back && !decision.takes_age_back)
      continue;
    const Due due = {.session = session_copy(session), .decision = decision};
    g_ptr_array_add(all, g_memdup2(&due, sizeof due));
    decision.text = NULL;
  }
  return all;
}

static GPtrArray *
find_due(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(GPtrArray) sessions = work != NULL ? session_store_limited(work->transaction, error) : NULL;
  g_autoptr(GPtrArray) pools = sessions != NULL ? pool_store_all(work->transaction, error) : NULL;
  if (pools == NULL)
    return NULL;
  g_autoptr(GHashTable) by_id = pools_by_id(pools);
  gint64 now_us = clock_boottime_us(services->clock);
  session_times_begin(services->session_times, now_us, work->now_us);
  services->next_limit_us = 0;
  GPtrArray *due = decide(services, by_id, sessions, now_us);
  session_times_end(services->session_times);
  return due;
}

/* --- doing it --- */

static gboolean
command(Work *work, const Session *session, HostCommand *order, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  if (desktop == NULL)
    return FALSE;
  order->desktop = desktop->id;
  order->epoch = desktop->epoch;
  return work_command(work, desktop->host, order, error);
}

static void
set_notice(Session *session, const char *text)
{
  g_free(session->notice);
  session->notice = g_strdup(text);
}

/* Writes @session, whose audit row says @action. */
static gboolean
enter(Work *work, Session *session, const char *action, const char *text, GError **error)
{
  work_tell(work, session->id);
  return session_store_update(work->transaction, session, error) &&
         work_audit(work, NULL, action, "session", session->id, text, error);
}

static gboolean
warn(Work *work, Session *session, const SessionLimitDecision *decision, GError **error)
{
  HostCommand order = {.kind = HOST_COMMAND_MESSAGE, .title = WARNING_TITLE, .text = decision->text};
  if (decision->limit == SESSION_LIMIT_IDLE)
    session->idle_warned_us = work->now_us;
  else
    session->age_warned_us = work->now_us;
  if (decision->limit == SESSION_LIMIT_AGE || session->age_warned_us == 0)
    set_notice(session, decision->text); /* the end is graver; of being idle the desktop tells */
  return (!session_has_agent(session) || command(work, session, &order, error)) &&
         enter(work, session, "session.warn", decision->text, error);
}

static gboolean
lock(Work *work, Session *session, const SessionLimitDecision *decision, GError **error)
{
  HostCommand order = {.kind = HOST_COMMAND_LOCK};
  session->left_done = TRUE;
  return command(work, session, &order, error) && enter(work, session, "session.lock", decision->text, error);
}

/* As by its user's own wish: whoever is there is not let in again until somebody connects anew. */
static gboolean
disconnect(Work *work, Session *session, const SessionLimitDecision *decision, GError **error)
{
  HostCommand order = {.kind = HOST_COMMAND_CUT,
                       .session = session->id,
                       .reason = error_code_name(CARAWAY_ERROR_DISCONNECTED)};
  g_free(session->device);
  session->device = g_strdup("");
  session->idle_warned_us = 0;
  if (session->age_warned_us == 0)
    set_notice(session, decision->text);
  return command(work, session, &order, error) &&
         enter(work, session, "session.disconnect", decision->text, error);
}

static gboolean
shut_down(Work *work, const Session *session, const SessionLimitDecision *decision, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  return desktop != NULL && lifecycle_desktop(work, desktop, DESKTOP_EVENT_LOG_OFF_STOP,
                                              CARAWAY_ERROR_SESSION_ENDED, decision->text, error);
}

static gboolean
take_back(Work *work, Session *session, const SessionLimitDecision *decision, GError **error)
{
  if (decision->takes_age_back)
    session->age_warned_us = 0;
  if (decision->takes_idle_back)
    session->idle_warned_us = 0;
  if (session->age_warned_us == 0)
    set_notice(session, NULL);
  work_tell(work, session->id);
  return session_store_update(work->transaction, session, error);
}

static gboolean
act(Work *work, Session *session, const SessionLimitDecision *decision, GError **error)
{
  if ((decision->takes_idle_back || decision->takes_age_back) && !take_back(work, session, decision, error))
    return FALSE;
  switch (decision->action) {
  case SESSION_ACTION_WARN:
    return warn(work, session, decision, error);
  case SESSION_ACTION_LOCK:
    return lock(work, session, decision, error);
  case SESSION_ACTION_DISCONNECT:
    return disconnect(work, session, decision, error);
  case SESSION_ACTION_SHUTDOWN:
    return shut_down(work, session, decision, error);
  case SESSION_ACTION_LOGOFF:
  case SESSION_ACTION_END:
    return lifecycle_log_off(work, NULL, session, CARAWAY_ERROR_SESSION_ENDED, decision->text, error);
  default:
    return TRUE;
  }
}

/* Somebody may have come, gone or moved since it was decided: then the next look decides anew. */
static gboolean
is_as_before(const Session *now, const Session *before)
{
  return now->state == before->state && now->console_since_us == before->console_since_us &&
         now->idle_since_us == before->idle_since_us && now->left_done == before->left_done &&
         now->idle_warned_us == before->idle_warned_us && now->age_warned_us == before->age_warned_us &&
         g_str_equal(now->device, before->device);
}

static gboolean
act_on(Services *services, const Due *due, GError **error)
{
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Session) session = session_store_find(work->transaction, due->session->id, error);
  if (session == NULL)
    return FALSE;
  if (!is_as_before(session, due->session)) {
    services->next_limit_us = clock_boottime_us(services->clock);
    return TRUE;
  }
  return act(work, session, &due->decision, error) && work_commit(work, error);
}

gboolean
session_limits_run(Services *services, GError **error)
{
  g_autoptr(GPtrArray) due = find_due(services, error);
  if (due == NULL)
    return FALSE;
  for (guint i = 0; i < due->len; i++)
    if (!act_on(services, g_ptr_array_index(due, i), error))
      return FALSE;
  return TRUE;
}
