/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/assignment_batch.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/policy/desktop_machine.h"
#include "broker/policy/session_machine.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/combiner.h"
#include "broker/service/connect/console_grant.h"
#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/service/work.h"
#include "broker/store/assignment_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/ordered_uuid.h"

#define TOGETHER_MAX 64

struct AssignmentBatch {
  Services *services;
  Combiner *combiner;
  gint assignments; /* atomic */
  gint batches;     /* atomic */
};

/* One who connects; lives on the stack of the thread that waits. */
typedef struct {
  const Caller *caller;
  const char *pool_key;
  const char *key;
  gboolean opens;
  char *session_id; /* made before the turn to write */
  Session *session; /* nullable: what came of it */
  GrantRow *grant;  /* nullable, without session: what is to be signed, once that is durable … */
  gint64 now_us;    /* … and entered when */
} Request;

/* What the turn for all requests to one pool works with; @rows and @requests go together. */
typedef struct {
  Work *work;
  Pool *pool;
  GPtrArray *requests;
  AssignmentRow *rows;
  GPtrArray *spares; /* of AssignmentSpare; nullable */
} Turn;

static Session *
new_session(const Turn *turn, const Request *request, const Desktop *desktop)
{
  Session session = {.id = request->session_id,
                     .pool_id = turn->pool->id,
                     .pool_name = turn->pool->name,
                     .user_id = request->caller->user_id,
                     .user_name = request->caller->user_name,
                     .desktop_id = desktop->id,
                     .desktop_name = desktop->name,
                     .host = desktop->host,
                     .state = session_machine_step(SESSION_REQUESTED, SESSION_EVENT_DESKTOP_READY).state,
                     .step = desktop->step,
                     .progress = desktop->progress,
                     .created_us = turn->work->now_us,
                     .viewer = (char *)"",
                     .device = request->caller->token_hash,
                     .slot = 1,
                     .kind = turn->pool->kind,
                     .power = (char *)power_name(desktop->power),
                     .may_restart = turn->pool->may_restart,
                     .may_reset = turn->pool->may_reset,
                     .on_logoff = turn->pool->on_logoff,
                     .console_since_us = turn->work->now_us};
  return session_copy(&session);
}

/* The epoch is that which the claim raises the desktop's to. */
static GrantRow *
new_grant(const Turn *turn, const AssignmentSpare *spare)
{
  GrantRow *grant = g_new0(GrantRow, 1);
  grant->epoch = (Epoch){spare->desktop->epoch.generation, spare->desktop->epoch.counter + 1};
  grant->relay_address = g_strdup(spare->relay_address);
  grant->relay_port = spare->relay_port;
  grant->channels = g_strdupv(turn->pool->channels);
  return grant;
}

static const AssignmentSpare *
find_spare(const Turn *turn, const Desktop *desktop)
{
  guint at = 0;
  while (((AssignmentSpare *)g_ptr_array_index(turn->spares, at))->desktop != desktop)
    at++;
  return g_ptr_array_index(turn->spares, at);
}

/* Who may not be given one that fast is told why in the general way. */
static gboolean
has_factor(const Turn *turn, const Request *request)
{
  return turn->pool->second_factor == POOL_SECOND_FACTOR_NONE || request->caller->second_factor_us > 0;
}

/* The ranking is the policy's; each of those who are plain gets the next best. */
static void
hand_out(Turn *turn, const GPtrArray *ranking)
{
  guint next = 0;
  for (guint i = 0; i < turn->requests->len && next < ranking->len; i++) {
    Request *request = g_ptr_array_index(turn->requests, i);
    AssignmentRow *row = &turn->rows[i];
    row->is_plain = row->is_plain && has_factor(turn, request);
    for (guint before = 0; before < i && row->is_plain; before++) /* twice the same at once */
      row->is_plain = !g_str_equal(turn->rows[before].user_id, row->user_id);
    if (!row->is_plain)
      continue;
    row->desktop = g_ptr_array_index(ranking, next++);
    request->session = new_session(turn, request, row->desktop);
    row->session = request->session;
  }
}

static gboolean
tell(const Turn *turn)
{
  for (guint i = 0; i < turn->requests->len; i++) {
    Request *request = g_ptr_array_index(turn->requests, i);
    if (!turn->rows[i].is_entered) {
      g_clear_pointer(&request->session, session_free);
      continue;
    }
    work_notify(turn->work, CHANGE_OUTBOX, turn->rows[i].desktop->host);
    request->now_us = turn->work->now_us;
    if (request->opens)
      request->grant = new_grant(turn, find_spare(turn, turn->rows[i].desktop));
  }
  return TRUE;
}

static gboolean
read_spares(Turn *turn, GError **error)
{
  g_autofree char *shape = desktop_maker_shape(turn->pool);
  turn->spares =
      assignment_store_spares(turn->work->transaction, turn->pool->id, shape, turn->requests->len, error);
  if (turn->spares == NULL)
    return FALSE;
  g_autoptr(GPtrArray) desktops = g_ptr_array_new();
  for (guint i = 0; i < turn->spares->len; i++)
    g_ptr_array_add(desktops, ((AssignmentSpare *)g_ptr_array_index(turn->spares, i))->desktop);
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(desktops, NULL, shape);
  hand_out(turn, ranking);
  return TRUE;
}

static void
fill_rows(Turn *turn)
{
  for (guint i = 0; i < turn->requests->len; i++) {
    const Request *request = g_ptr_array_index(turn->requests, i);
    turn->rows[i] = (AssignmentRow){.pool_id = turn->pool->id,
                                    .user_id = request->caller->user_id,
                                    .address = request->caller->address,
                                    .key = request->key,
                                    .opens = request->opens};
  }
}

static gboolean
assign_in_turn(Turn *turn, GError **error)
{
  DbTransaction *transaction = turn->work->transaction;
  fill_rows(turn);
  return assignment_store_judge(transaction, turn->rows, turn->requests->len, error) &&
         read_spares(turn, error) &&
         assignment_store_enter(transaction, turn->rows, turn->requests->len, turn->work->now_us, error) &&
         tell(turn);
}

static gboolean
is_plain_pool(const Pool *pool)
{
  return pool->kind == POOL_FLOATING &&
         desktop_machine_step(pool->kind, ASSIGNMENT_SPARE, DESKTOP_EVENT_CLAIM).effects ==
             DESKTOP_EFFECT_RAISE_EPOCH;
}

/* A pool of size 0 gives out nothing; whoever has a desktop there is not plain. */
static gboolean
is_open(const Work *work, const Pool *pool)
{
  g_auto(ScheduleSpan) wanted = pool_schedule_at(pool, work->now_us);
  return wanted.size > 0;
}

static gboolean
assign_of_pool(Work *work, const char *pool_key, GPtrArray *requests, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, pool_key, &problem);
  if (pool == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (pool == NULL || !is_plain_pool(pool) || !is_open(work, pool))
    return TRUE;
  g_autofree AssignmentRow *rows = g_new0(AssignmentRow, requests->len);
  Turn turn = {.work = work, .pool = pool, .requests = requests, .rows = rows};
  gboolean assigned = assign_in_turn(&turn, error);
  g_clear_pointer(&turn.spares, g_ptr_array_unref);
  return assigned;
}

static GHashTable *
by_pool(const GPtrArray *requests)
{
  GHashTable *groups =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
  for (guint i = 0; i < requests->len; i++) {
    Request *request = g_ptr_array_index(requests, i);
    GPtrArray *group = g_hash_table_lookup(groups, request->pool_key);
    if (group == NULL) {
      group = g_ptr_array_new();
      g_hash_table_insert(groups, (gpointer)request->pool_key, group);
    }
    g_ptr_array_add(group, request);
  }
  return groups;
}

static gboolean
assign_all(Work *work, const GPtrArray *requests, GError **error)
{
  g_autoptr(GHashTable) groups = by_pool(requests);
  GHashTableIter iter;
  gpointer pool_key, group;
  g_hash_table_iter_init(&iter, groups);
  while (g_hash_table_iter_next(&iter, &pool_key, &group))
    if (!assign_of_pool(work, pool_key, group, error))
      return FALSE;
  for (guint i = 0; i < requests->len; i++)
    if (((Request *)g_ptr_array_index(requests, i))->session != NULL)
      work_tell(work, ((Request *)g_ptr_array_index(requests, i))->session->id);
  work->wakes_keeper = TRUE;
  return work_commit(work, error);
}

static guint
count_connected(const GPtrArray *requests)
{
  guint count = 0;
  for (guint i = 0; i < requests->len; i++)
    count += ((Request *)g_ptr_array_index(requests, i))->session != NULL;
  return count;
}

static void
give_back(const GPtrArray *requests, const GError *error)
{
  log_debug("A batch of assignments was undone: %s", error->message);
  for (guint i = 0; i < requests->len; i++) {
    Request *request = g_ptr_array_index(requests, i);
    g_clear_pointer(&request->session, session_free);
    g_clear_pointer(&request->grant, grant_row_free);
  }
}

static void
run(Combiner *combiner, gpointer data)
{
  AssignmentBatch *batch = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(batch->services, DB_WRITE, &error);
  g_autoptr(GPtrArray) requests = combiner_take(combiner);
  if (work == NULL || !assign_all(work, requests, &error)) {
    give_back(requests, error);
    return;
  }
  g_atomic_int_add(&batch->assignments, (gint)count_connected(requests));
  g_atomic_int_inc(&batch->batches);
}

AssignmentBatch *
assignment_batch_new(Services *services)
{
  AssignmentBatch *batch = g_new0(AssignmentBatch, 1);
  batch->services = services;
  batch->combiner = combiner_new(TOGETHER_MAX, run, batch);
  return batch;
}

Session *
assignment_batch_connect(AssignmentBatch *batch, const Caller *caller, const char *pool, const char *key,
                         ConsoleAccess **ret_access)
{
  g_autofree char *session_id = ordered_uuid_new(batch->services->clock);
  Request request = {.caller = caller,
                     .pool_key = pool,
                     .key = key,
                     .opens = ret_access != NULL && *caller->token_hash != '\0',
                     .session_id = session_id};
  combiner_do(batch->combiner, &request);
  g_autoptr(GrantRow) grant = request.grant;
  if (grant != NULL)
    *ret_access = console_grant_open(batch->services, request.session, grant, request.now_us);
  return request.session;
}

void
assignment_batch_count(AssignmentBatch *batch, guint64 *ret_assignments, guint64 *ret_batches)
{
  *ret_assignments = (guint64)g_atomic_int_get(&batch->assignments);
  *ret_batches = (guint64)g_atomic_int_get(&batch->batches);
}

void
assignment_batch_free(AssignmentBatch *batch)
{
  if (batch == NULL)
    return;
  combiner_free(batch->combiner);
  g_free(batch);
}
