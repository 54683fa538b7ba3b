/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/connect.h"

#include "broker/service/audit_log.h"
#include "broker/service/away/known_access.h"
#include "broker/service/connect/assignment_batch.h"
#include "broker/service/connect/connect_take.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/sessions/session_view.h"
#include "broker/store/idempotency_store.h"

static void
refuse(CarawayErrorCode code, const char *sentence, const char *const *reasons, GError **error)
{
  GError *refusal = g_error_new_literal(CARAWAY_ERROR, (int)code, sentence);
  if (reasons != NULL)
    error_set_reasons(refusal, reasons);
  g_propagate_error(error, refusal);
}

/* --- the same key again --- */

/* NULL without @error: the key was not used before. */
static IdempotencyRow *
find_row(Work *work, const Caller *caller, const char *key, GError **error)
{
  GError *problem = NULL;
  IdempotencyRow *row = idempotency_store_find(work->transaction, caller->user_id, key, &problem);
  if (row == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    g_propagate_error(error, problem);
  else
    g_clear_error(&problem);
  return row;
}

static Session *
replay_row(Work *work, const ConnectCase *connect, const IdempotencyRow *row, GError **error)
{
  if (!g_str_equal(row->pool_id, connect->pool->id)) {
    refuse(CARAWAY_ERROR_CONFLICT, "This idempotency key was used for another pool; use a new one.", NULL,
           error);
    return NULL;
  }
  g_autoptr(Session) session = session_view_find(work->transaction, row->session_id, error);
  if (session == NULL || session->state != SESSION_ENDED)
    return g_steal_pointer(&session);
  refuse(CARAWAY_ERROR_SESSION_ENDED, "The session of this request has ended; connect again.",
         (const char *const *)session->reasons, error);
  return NULL;
}

/* NULL without @error: it is the first time. Whoever may no longer use the pool is told that instead. */
static Session *
replay(const ConnectCase *connect, const Caller *caller, const char *key, GError **error)
{
  const ConnectFacts *facts = &connect->facts;
  gboolean may = facts->pool != NULL && !facts->disabled && (facts->entitled || facts->groups != NULL) &&
                 (facts->second_factor || facts->pool->second_factor == POOL_SECOND_FACTOR_NONE);
  GError *problem = NULL;
  if (key == NULL || !may)
    return NULL;
  g_autoptr(IdempotencyRow) row = find_row(connect->work, caller, key, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  return row != NULL ? replay_row(connect->work, connect, row, error) : NULL;
}

/* --- all together --- */

/* A floating desktop whose host is lost is given up, and what is left of theirs looked at again. */
static gboolean
give_up_lost(ConnectCase *connect, const Caller *caller, GError **error)
{
  for (;;) {
    g_auto(ConnectDecision) decision = connect_rules_decide(&connect->facts);
    if (!decision.gives_up_own)
      return TRUE;
    if (!lifecycle_end(connect->work, caller, connect->session, CARAWAY_ERROR_HOST_GONE,
                       "The host of the desktop does not answer any more.", error) ||
        !connect_case_read_own(connect, error))
      return FALSE;
  }
}

static gboolean
act(ConnectCase *connect, const Caller *caller, const ConnectDecision *decision, char **ret_session_id,
    GError **error)
{
  switch (decision->outcome) {
  case CONNECT_RESUME:
  case CONNECT_START:
    return connect_take_own(connect, caller, ret_session_id, error);
  case CONNECT_ASSIGN:
    return connect_take_free(connect, caller, ret_session_id, error);
  case CONNECT_MAKE:
    return connect_take_new(connect, caller, ret_session_id, error);
  default:
    connect_rules_refuse(decision, error);
    return FALSE;
  }
}

static Session *
decide_and_act(ConnectCase *connect, const Caller *caller, const char *key, GError **error)
{
  Work *work = connect->work;
  g_auto(ConnectDecision) decision = {0};
  g_autofree char *id = NULL;
  if (!give_up_lost(connect, caller, error) || !connect_case_decide(connect, &decision, error) ||
      !act(connect, caller, &decision, &id, error))
    return NULL;
  if (key != NULL && !idempotency_store_add(work->transaction, caller->user_id, key, connect->pool->id, id,
                                            work->now_us, error))
    return NULL;
  g_autoptr(Session) session = session_view_find(work->transaction, id, error);
  return session != NULL && work_commit(work, error) ? g_steal_pointer(&session) : NULL;
}

static Session *
connect_in(Work *work, const Caller *caller, const char *pool, const ConnectOptions *options, GError **error)
{
  g_auto(ConnectCase) connect = {.work = work,
                                 .user_id = caller->user_id,
                                 .device = caller->token_hash,
                                 .pool_key = pool,
                                 .desktop = options->desktop,
                                 .another = options->another,
                                 .take_over = options->take_over,
                                 .proven = caller->second_factor_us > 0,
                                 .placement = {.host = -1}};
  if (!connect_case_read_own(&connect, error))
    return NULL;
  GError *problem = NULL;
  Session *replayed = replay(&connect, caller, options->idempotency_key, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  else if (replayed == NULL)
    return decide_and_act(&connect, caller, options->idempotency_key, error);
  else if (!work_commit(work, error)) /* whose session it is may not be durable yet */
    g_clear_pointer(&replayed, session_free);
  return replayed;
}

/* For all cases, one at a time; it also says why not. */
static Session *
connect_generally(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
                  GError **error)
{
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &problem);
  Session *session = work != NULL ? connect_in(work, caller, pool, options, &problem) : NULL;
  g_clear_pointer(&work, work_free);
  if (database_watch_is_trouble(problem))
    session = known_access_resume(services, caller, pool, options, g_steal_pointer(&problem), &problem);
  if (session != NULL)
    return session;
  g_autofree char *object = g_strconcat("pool/", pool, NULL);
  audit_log_refusal(services, caller, "session.connect", object, caller->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}

/* @ret_access (nullable): for our native viewer, in the same transaction; NULL is left there otherwise. */
static Session *
connect(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
        ConsoleAccess **ret_access, GError **error)
{
  const char *key = options->idempotency_key;
  if (key != NULL && (*key == '\0' || strlen(key) > 255)) {
    refuse(CARAWAY_ERROR_INVALID, "An idempotency key has 1 to 255 bytes.", NULL, error);
    return NULL;
  }
  Session *session = options->desktop == NULL
                         ? assignment_batch_connect(services->assignment_batch, caller, pool, key, ret_access)
                         : NULL;
  return session != NULL ? session : connect_generally(services, caller, pool, options, error);
}

Session *
connect_pool(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
             GError **error)
{
  return connect(services, caller, pool, options, NULL, error);
}

Session *
connect_and_open(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
                 Viewer viewer, ConsoleAccess **ret_access, GError **error)
{
  g_autoptr(ConsoleAccess) access = NULL;
  Session *session =
      connect(services, caller, pool, options, viewer == VIEWER_NATIVE ? &access : NULL, error);
  if (session == NULL)
    return NULL;
  gboolean waits = session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING;
  g_autoptr(GError) refusal = NULL; /* in the audit log */
  if (access == NULL && !waits)
    access = console_access_create(services, caller, session->id, viewer, options->take_over, &refusal);
  *ret_access = g_steal_pointer(&access);
  return session;
}
