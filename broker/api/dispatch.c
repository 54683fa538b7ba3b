/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/dispatch.h"

#include "broker/api/audit_table.h"
#include "broker/api/creation.h"
#include "broker/api/machine_check.h"
#include "broker/api/problem.h"
#include "broker/api/sign_in_token.h"
#include "broker/service/audit_log.h"
#include "broker/service/people/second_factor.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/rights/rights.h"
#include "common/base/error.h"

/* They do nothing but wait; a directory lets fewer in than there are of them. */
#define PATIENT_WORKERS 16
#define PATIENT_QUEUE   64
/* Who goes to an OpenID provider waits apart: however slow it is, it delays nobody else. */
#define OUTSIDE_WORKERS 4

struct Dispatch {
  const ApiContext *context;
  GThreadPool *workers;
  GThreadPool *slow_workers;    /* half as many, for what takes its time */
  GThreadPool *patient_workers; /* who wait for servers that are not ours */
  GThreadPool *outside_workers;
  guint queue_limit;
  guint busy; /* loop only */
};

static gboolean
machine_may(Permission permission, IdentityRole role)
{
  switch (permission) {
  case PERMISSION_HOST:
    return role == IDENTITY_HOST;
  case PERMISSION_BROKER:
    return role == IDENTITY_BROKER;
  case PERMISSION_MACHINE:
    return role == IDENTITY_HOST || role == IDENTITY_RELAY || role == IDENTITY_PORTAL;
  default:
    return role == IDENTITY_RELAY || role == IDENTITY_PORTAL;
  }
}

/* Its certificate counted when the connection began; one that was revoked since may ask once more before the
 * connection is cut. */
static gboolean
check_machine(const ApiContext *context, const Request *request, GError **error)
{
  Permission permission = request->route->permission;
  const Identity *peer = request->peer;
  gboolean fits = peer != NULL && machine_may(permission, peer->role);
  if (fits && machine_check_counts(peer, context->services))
    return TRUE;
  g_autoptr(GError) refusal = NULL;
  if (fits)
    machine_check_set_revoked(peer, &refusal);
  else
    g_set_error_literal(&refusal, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                        "Only machines that joined this installation for this purpose may ask for this.");
  audit_table_machine_refused(context, request, refusal);
  g_propagate_error(error, g_steal_pointer(&refusal));
  return FALSE;
}

/* What the caller may not see is written like what is not there: nobody can tell the two apart by the time
 * that takes. */
static void
log_refusal(const ApiContext *context, const Request *request, const GError *refusal)
{
  if (!g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN) &&
      !g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND) &&
      !g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL))
    return;
  g_autofree char *action = g_strconcat(request->route->method, " ", request->route->pattern, NULL);
  audit_log_refusal(context->services, request->caller, "permission", action, request->address, refusal);
}

static gboolean
has_permission(const ApiContext *context, Request *request, GError **error)
{
  const Route *route = request->route;
  if (permission_is_of_everybody(route->permission) &&
      (request->caller->limit & PERMISSION_BIT(route->permission)) != 0)
    return TRUE;
  if (route->reach == REACH_SOME)
    return rights_check_list(context->services, request->caller, route->permission, route->object,
                             &request->within, error);
  return rights_check_now(context->services, request->caller, route->permission, route->object, route->reach,
                          route->reach == REACH_ONE ? request_parameter(request, 0) : NULL, error);
}

static gboolean
check_permission(const ApiContext *context, Request *request, GError **error)
{
  GError *refusal = NULL;
  if (has_permission(context, request, &refusal))
    return TRUE;
  log_refusal(context, request, refusal);
  g_propagate_error(error, refusal);
  return FALSE;
}

static gboolean
check_caller(const ApiContext *context, Request *request, GError **error)
{
  const Route *route = request->route;
  request->caller = sign_in_check(context->services, request->token, request->address, error);
  if (request->caller == NULL)
    return FALSE;
  if ((route->flags & ROUTE_BEFORE_SECOND_FACTOR) == 0 &&
      !second_factor_check_pending(request->caller, error))
    return FALSE;
  if (request->caller->password_change_required && (route->flags & ROUTE_BEFORE_PASSWORD_CHANGE) == 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_PASSWORD_EXPIRED, "Choose a new password first.");
    return FALSE;
  }
  return check_permission(context, request, error);
}

static gboolean
check_access(const ApiContext *context, Request *request, GError **error)
{
  if (!sign_in_token_check_origin(request, error))
    return FALSE;
  switch (request->route->permission) {
  case PERMISSION_PUBLIC:
    return TRUE;
  case PERMISSION_GATEWAY:
  case PERMISSION_HOST:
  case PERMISSION_BROKER:
  case PERMISSION_MACHINE:
    return check_machine(context, request, error);
  default:
    return check_caller(context, request, error);
  }
}

static void
refuse(const ApiContext *context, Answer *answer, GError *error)
{
  g_autoptr(GError) refusal = services_refusal(context->services, error);
  problem_set(answer, refusal);
}

/* While the database is away what is answered may be old, and clients should say so. */
static void
run_handler(const ApiContext *context, const Request *request, Answer *answer)
{
  GError *error = NULL;
  if (!request->route->handler(context, request, answer, &error)) {
    audit_table_refused(context, request, error);
    refuse(context, answer, error);
    return;
  }
  g_autofree char *sentence = services_degraded(context->services);
  if (sentence != NULL)
    answer_add_degraded(answer, sentence);
}

Answer *
dispatch_run(const ApiContext *context, Request *request)
{
  g_autoptr(Answer) answer = answer_new();
  GError *error = NULL;
  if (!check_access(context, request, &error))
    refuse(context, answer, error);
  else if ((request->route->flags & ROUTE_CREATES) != 0 && request->idempotency_key != NULL)
    return creation_run(context, request, run_handler);
  else
    run_handler(context, request, answer);
  return g_steal_pointer(&answer);
}

typedef struct {
  Dispatch *dispatch;
  Request *request;
  Answer *answer;
  DispatchDone done;
  gpointer user_data;
} Job;

static gboolean
finish_job(gpointer data)
{
  g_autofree Job *job = data;
  job->dispatch->busy--;
  request_free(job->request);
  job->done(job->answer, job->user_data);
  return G_SOURCE_REMOVE;
}

static Answer *
overloaded(void)
{
  g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                                                "Too many requests are waiting. Try again in a few seconds.");
  Answer *answer = answer_new();
  problem_set(answer, error);
  return answer;
}

/* Whoever is to wait for another's server goes on where that keeps nobody else from being served. */
static gboolean
moves_on(Job *job)
{
  if (!job->answer->is_to_wait || job->request->is_patient)
    return FALSE;
  g_clear_pointer(&job->answer, answer_free);
  job->request->is_patient = TRUE;
  g_clear_pointer(&job->request->caller, caller_free);
  if (g_thread_pool_unprocessed(job->dispatch->patient_workers) < PATIENT_QUEUE) {
    g_thread_pool_push(job->dispatch->patient_workers, job, NULL);
    return TRUE;
  }
  job->answer = overloaded();
  return FALSE;
}

static void
run_job(gpointer data, gpointer user_data)
{
  Job *job = data;
  job->answer = dispatch_run(job->dispatch->context, job->request);
  if (moves_on(job))
    return;
  g_autoptr(GSource) source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, finish_job, job, NULL);
  g_source_attach(source, job->dispatch->context->loop);
}

Dispatch *
dispatch_new(const ApiContext *context, guint workers, guint queue_limit)
{
  Dispatch *dispatch = g_new0(Dispatch, 1);
  dispatch->context = context;
  dispatch->queue_limit = queue_limit;
  dispatch->workers = g_thread_pool_new(run_job, NULL, (int)workers, FALSE, NULL);
  dispatch->patient_workers = g_thread_pool_new(run_job, NULL, PATIENT_WORKERS, FALSE, NULL);
  dispatch->slow_workers = g_thread_pool_new(run_job, NULL, (int)MAX(workers / 2, 1), FALSE, NULL);
  dispatch->outside_workers = g_thread_pool_new(run_job, NULL, OUTSIDE_WORKERS, FALSE, NULL);
  return dispatch;
}

static GThreadPool *
workers_for(const Dispatch *dispatch, RouteFlags flags)
{
  if ((flags & ROUTE_OUTSIDE) != 0)
    return dispatch->outside_workers;
  return (flags & ROUTE_SLOW) != 0 ? dispatch->slow_workers : dispatch->workers;
}

void
dispatch_push(Dispatch *dispatch, Request *request, gboolean yields, DispatchDone done, gpointer user_data)
{
  GThreadPool *pool = workers_for(dispatch, request->route->flags);
  guint limit = yields ? MAX(dispatch->queue_limit / 2, 1) : dispatch->queue_limit;
  if (g_thread_pool_unprocessed(pool) >= limit) {
    request_free(request);
    done(overloaded(), user_data);
    return;
  }
  Job *job = g_new0(Job, 1);
  *job = (Job){dispatch, request, NULL, done, user_data};
  dispatch->busy++;
  g_thread_pool_push(pool, job, NULL);
}

guint
dispatch_busy(Dispatch *dispatch)
{
  return dispatch->busy;
}

void
dispatch_free(Dispatch *dispatch)
{
  if (dispatch == NULL)
    return;
  g_thread_pool_free(dispatch->workers, FALSE, TRUE);
  g_thread_pool_free(dispatch->slow_workers, FALSE, TRUE);
  g_thread_pool_free(dispatch->outside_workers, FALSE, TRUE);
  g_thread_pool_free(dispatch->patient_workers, FALSE, TRUE); /* the others hand to these */
  g_free(dispatch);
}
