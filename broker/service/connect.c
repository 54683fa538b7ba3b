/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/policy/host_machine.h"
#include "broker/service/audit_log.h"
#include "broker/service/capacity.h"
#include "broker/service/entitled.h"
#include "broker/service/known_access.h"
#include "broker/service/lifecycle.h"
#include "broker/service/session_view.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/idempotency_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"

/* So many ready desktops are ranked: one is enough, the others are for the case that it is lost meanwhile. */
#define CANDIDATES 4

/* What one connect works with; everything is borrowed. */
typedef struct {
  Work *work;
  const Caller *caller;
  const Pool *pool;
  const ConnectOptions *options;
} Request;

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
static Session *
replay(const Request *request, GError **error)
{
  if (request->options->idempotency_key == NULL)
    return NULL;
  GError *problem = NULL;
  g_autoptr(IdempotencyRow) row = idempotency_store_find(request->work->transaction, request->caller->user_id,
                                                         request->options->idempotency_key, &problem);
  if (row == NULL) {
    if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
      g_clear_error(&problem);
    else
      g_propagate_error(error, problem);
    return NULL;
  }
  if (!g_str_equal(row->pool_id, request->pool->id)) {
    refuse(CARAWAY_ERROR_CONFLICT, "This idempotency key was used for another pool; use a new one.", NULL,
           error);
    return NULL;
  }
  g_autoptr(Session) session = session_view_find(request->work->transaction, row->session_id, error);
  if (session == NULL || session->state != SESSION_ENDED)
    return g_steal_pointer(&session);
  refuse(CARAWAY_ERROR_SESSION_ENDED, "The session of this request has ended; connect again.",
         (const char *const *)session->reasons, error);
  return NULL;
}

static gboolean
remember(const Request *request, const char *session_id, GError **error)
{
  return request->options->idempotency_key == NULL ||
         idempotency_store_add(request->work->transaction, request->caller->user_id,
                               request->options->idempotency_key, request->pool->id, session_id,
                               request->work->now_us, error);
}

/* --- resume --- */

static gboolean
check_device(const Request *request, const Session *session, GError **error)
{
  gboolean elsewhere = session->state == SESSION_CONNECTED && *session->device != '\0' &&
                       !g_str_equal(session->device, request->caller->token_hash);
  if (!elsewhere || request->options->take_over)
    return TRUE;
  g_autofree char *reason =
      g_strdup_printf("It is open on the device at %s.",
                      session->connected_from != NULL ? session->connected_from : "an unknown address");
  refuse(CARAWAY_ERROR_IN_USE_ELSEWHERE,
         "This desktop is open on another device; take it over to go on here.",
         (const char *const[]){reason, NULL}, error);
  return FALSE;
}

static gboolean
resume(const Request *request, Session *session, GError **error)
{
  if (!check_device(request, session, error))
    return FALSE;
  gboolean takes_over =
      session->state == SESSION_CONNECTED && !g_str_equal(session->device, request->caller->token_hash);
  g_free(session->device);
  session->device = g_strdup(request->caller->token_hash);
  work_tell(request->work, session->id);
  return session_store_update(request->work->transaction, session, error) &&
         work_audit(request->work, request->caller, takes_over ? "session.take-over" : "session.resume",
                    "session", session->id, "", error) &&
         remember(request, session->id, error);
}

/* What was given up is lost, too, until it says hello. */
static gboolean
is_lost(Services *services, const Host *host)
{
  return host->state == HOST_DOWN ||
         (host->state == HOST_SILENT &&
          host_silence_us(services->host_silence, host->name, clock_boottime_us(services->clock)) >=
              HOST_PATIENCE_US);
}

/* Whether the host of @session answers; FALSE with @error: wait a little. @ret_lost: nobody waits for it. */
static gboolean
check_host(const Request *request, const Session *session, gboolean *ret_lost, GError **error)
{
  g_autoptr(Host) host = host_store_find(request->work->transaction, session->host, error);
  if (host == NULL)
    return FALSE;
  *ret_lost = is_lost(request->work->services, host);
  if (host->state == HOST_UP || *ret_lost)
    return TRUE;
  g_autofree char *reason = g_strdup_printf("The host %s does not answer.", host->name);
  refuse(CARAWAY_ERROR_HOST_GONE,
         "The host of your desktop does not answer at the moment; try again in half a minute.",
         (const char *const[]){reason, NULL}, error);
  return FALSE;
}

/* --- assign --- */

static gboolean
add_session(const Request *request, const Desktop *desktop, char **ret_id, GError **error)
{
  SessionEvent event =
      assignment_ranking_is_ready(desktop) ? SESSION_EVENT_DESKTOP_READY : SESSION_EVENT_WAIT;
  g_autofree char *id = g_uuid_string_random();
  const Session session = {.id = id,
                           .pool_id = request->pool->id,
                           .pool_name = request->pool->name,
                           .user_id = request->caller->user_id,
                           .user_name = request->caller->user_name,
                           .desktop_id = desktop->id,
                           .desktop_name = desktop->name,
                           .host = desktop->host,
                           .state = session_machine_step(SESSION_REQUESTED, event).state,
                           .created_us = request->work->now_us,
                           .viewer = (char *)"",
                           .device = request->caller->token_hash};
  if (!session_store_add(request->work->transaction, &session, error) ||
      !work_audit(request->work, request->caller, "session.assign", "desktop", desktop->name, "", error) ||
      !remember(request, id, error))
    return FALSE;
  request->work->wakes_keeper = TRUE;
  work_tell(request->work, id);
  *ret_id = g_steal_pointer(&id);
  return TRUE;
}

/* Claims @candidate, unless somebody was faster; NULL without @error then. */
static Desktop *
claim(const Request *request, const Desktop *candidate, GError **error)
{
  gboolean claimed;
  if (desktop_machine_step(candidate->assignment, DESKTOP_EVENT_CLAIM).effects != DESKTOP_EFFECT_RAISE_EPOCH)
    return NULL;
  if (!desktop_store_claim(request->work->transaction, candidate->id, request->caller->user_id, &claimed,
                           error) ||
      !claimed)
    return NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(request->work->transaction, candidate->id, error);
  if (desktop == NULL)
    return NULL;
  HostCommand command = {.kind = HOST_COMMAND_EPOCH, .desktop = desktop->id, .epoch = desktop->epoch};
  return work_command(request->work, desktop->host, &command, error) ? g_steal_pointer(&desktop) : NULL;
}

static Desktop *
take_ranked(const Request *request, GError **error)
{
  DbTransaction *transaction = request->work->transaction;
  g_autofree char *shape = lifecycle_shape(request->pool);
  g_autoptr(GPtrArray) free =
      desktop_store_free_of_pool(transaction, request->pool->id, shape, CANDIDATES, error);
  if (free == NULL)
    return NULL;
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(free, NULL, shape);
  for (guint i = 0; i < ranking->len; i++) {
    GError *problem = NULL;
    Desktop *desktop = claim(request, g_ptr_array_index(ranking, i), &problem);
    if (desktop != NULL)
      return desktop;
    if (problem != NULL) {
      g_propagate_error(error, problem);
      return NULL;
    }
  }
  return NULL;
}

static const char *
placement_sentence(CarawayErrorCode code)
{
  switch (code) {
  case CARAWAY_ERROR_HOST_GONE:
    return "No host answers at the moment; try again in a minute or tell your administrator.";
  case CARAWAY_ERROR_IMAGE_MISSING:
    return "The image of this pool is on no host; tell your administrator.";
  case CARAWAY_ERROR_IMAGE_BAD:
    return "The image of this pool is damaged; tell your administrator.";
  default:
    return "No host has room for another desktop; try again later or tell your administrator.";
  }
}

static Desktop *
make_new(const Request *request, GError **error)
{
  PoolSizingFacts facts;
  if (!capacity_sizing(request->work, request->pool, &facts, error))
    return NULL;
  if (!pool_sizing_has_room(&facts)) {
    g_autofree char *reason =
        g_strdup_printf("%s has %u desktops; %u of them are in use and %u are on their way out.",
                        request->pool->name, facts.size, facts.assigned, facts.leaving);
    refuse(CARAWAY_ERROR_NO_FREE_DESKTOP, "All desktops of this pool are in use; try again in a few minutes.",
           (const char *const[]){reason, NULL}, error);
    return NULL;
  }
  g_auto(Placement) placement = {.host = -1};
  g_autoptr(Capacity) capacity = capacity_read(request->work, error);
  if (capacity == NULL || !capacity_place(capacity, request->work, request->pool, &placement, error))
    return NULL;
  if (placement.host < 0) {
    refuse(placement.code, placement_sentence(placement.code), (const char *const *)placement.reasons, error);
    return NULL;
  }
  const Host *host = g_ptr_array_index(capacity->hosts, (guint)placement.host);
  return lifecycle_create(request->work, request->pool, host->name, request->caller->user_id, error);
}

static gboolean
assign(const Request *request, char **ret_id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = take_ranked(request, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  if (desktop == NULL)
    desktop = make_new(request, error);
  return desktop != NULL && add_session(request, desktop, ret_id, error);
}

/* --- all together --- */

/* NULL without @error: there is none. */
static Session *
find_own(const Request *request, GError **error)
{
  GError *problem = NULL;
  Session *session = session_store_find_live(request->work->transaction, request->caller->user_id,
                                             request->pool->id, &problem);
  if (session == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    g_propagate_error(error, problem);
  else
    g_clear_error(&problem);
  return session;
}

/* Resumes, or gives up a desktop whose host is lost; @ret_id stays NULL when one has to be assigned. */
static gboolean
try_resume(const Request *request, char **ret_id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Session) own = find_own(request, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  gboolean lost = FALSE;
  if (own == NULL)
    return TRUE;
  if (!check_host(request, own, &lost, error))
    return FALSE;
  if (lost)
    return lifecycle_end(request->work, request->caller, own, CARAWAY_ERROR_HOST_GONE,
                         "The host of the desktop does not answer any more.", error);
  if (!resume(request, own, error))
    return FALSE;
  *ret_id = g_strdup(own->id);
  return TRUE;
}

static Session *
connect_in(Work *work, const Caller *caller, const char *pool_key, const ConnectOptions *options,
           GError **error)
{
  g_autoptr(Pool) pool = pool_store_find(work->transaction, pool_key, error);
  if (pool == NULL)
    return NULL;
  const Request request = {.work = work, .caller = caller, .pool = pool, .options = options};
  if (!entitled_check(work, caller->user_id, pool, error))
    return NULL;
  GError *problem = NULL;
  Session *replayed = replay(&request, &problem);
  if (replayed != NULL || problem != NULL) {
    if (problem != NULL)
      g_propagate_error(error, problem);
    return replayed;
  }
  g_autofree char *id = NULL;
  if (!try_resume(&request, &id, error) || (id == NULL && !assign(&request, &id, error)))
    return NULL;
  g_autoptr(Session) session = session_view_find(work->transaction, id, error);
  return session != NULL && work_commit(work, error) ? g_steal_pointer(&session) : NULL;
}

Session *
connect_pool(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
             GError **error)
{
  const char *key = options->idempotency_key;
  if (key != NULL && (*key == '\0' || strlen(key) > 255)) {
    refuse(CARAWAY_ERROR_INVALID, "An idempotency key has 1 to 255 bytes.", NULL, error);
    return NULL;
  }
  Session *session = assignment_batch_connect(services->assignment_batch, caller, pool, key);
  if (session != NULL)
    return session;
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &problem);
  session = work != NULL ? connect_in(work, caller, pool, options, &problem) : NULL;
  g_clear_pointer(&work, work_free);
  if (database_watch_is_trouble(problem))
    session =
        known_access_resume(services, caller, pool, options->take_over, g_steal_pointer(&problem), &problem);
  if (session != NULL)
    return session;
  g_autofree char *object = g_strconcat("pool/", pool, NULL);
  audit_log_refusal(services, caller, "session.connect", object, caller->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}
