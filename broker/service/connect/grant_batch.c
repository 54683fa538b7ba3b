/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/grant_batch.h"

#include "broker/service/combiner.h"
#include "broker/service/connect/console_grant.h"
#include "broker/service/work.h"
#include "broker/store/grant_store.h"
#include "common/base/log.h"

#define TOGETHER_MAX 64

struct GrantBatch {
  Services *services;
  Combiner *combiner;
  gint grants; /* atomic */
};

/* One who asks; lives on the stack of the thread that waits. */
typedef struct {
  const Caller *caller;
  const char *session_id;
  GrantRow *row; /* nullable: it is not the plain case */
  gint64 now_us;
} Request;

static void
fill(const GPtrArray *requests, GrantRequest *asked)
{
  for (guint i = 0; i < requests->len; i++) {
    const Request *request = g_ptr_array_index(requests, i);
    const Caller *caller = request->caller;
    asked[i] = (GrantRequest){.session_id = request->session_id,
                              .user_id = caller->user_id,
                              .user_name = caller->user_name,
                              .device = caller->token_hash,
                              .address = caller->address,
                              .proven = caller->second_factor_us > 0};
  }
}

static gboolean
enter_all(Work *work, const GPtrArray *requests, GrantRequest *asked, GError **error)
{
  fill(requests, asked);
  return grant_store_enter(work->transaction, asked, requests->len, work->now_us, error) &&
         work_commit(work, error);
}

/* What was not committed is nobody's. */
static void
hand_over(const GPtrArray *requests, GrantRequest *asked, gboolean is_durable, gint64 now_us)
{
  for (guint i = 0; i < requests->len; i++) {
    Request *request = g_ptr_array_index(requests, i);
    request->now_us = now_us;
    if (is_durable)
      request->row = g_steal_pointer(&asked[i].row);
    g_clear_pointer(&asked[i].row, grant_row_free);
  }
}

static void
run(Combiner *combiner, gpointer data)
{
  GrantBatch *batch = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(batch->services, DB_WRITE, &error);
  g_autoptr(GPtrArray) requests = combiner_take(combiner);
  g_autofree GrantRequest *asked = g_new0(GrantRequest, requests->len);
  gboolean is_durable = work != NULL && enter_all(work, requests, asked, &error);
  hand_over(requests, asked, is_durable, work != NULL ? work->now_us : 0);
  if (!is_durable)
    log_debug("A batch of grants was undone: %s", error->message);
}

GrantBatch *
grant_batch_new(Services *services)
{
  GrantBatch *batch = g_new0(GrantBatch, 1);
  batch->services = services;
  batch->combiner = combiner_new(TOGETHER_MAX, run, batch);
  return batch;
}

ConsoleAccess *
grant_batch_create(GrantBatch *batch, const Caller *caller, const char *session_id)
{
  Request request = {.caller = caller, .session_id = session_id};
  if (*caller->token_hash == '\0')
    return NULL;
  combiner_do(batch->combiner, &request);
  g_autoptr(GrantRow) row = request.row;
  ConsoleAccess *access =
      row != NULL ? console_grant_open(batch->services, row->session, row, request.now_us) : NULL;
  if (access != NULL)
    g_atomic_int_inc(&batch->grants);
  return access;
}

guint
grant_batch_count(GrantBatch *batch)
{
  return (guint)g_atomic_int_get(&batch->grants);
}

void
grant_batch_free(GrantBatch *batch)
{
  if (batch == NULL)
    return;
  combiner_free(batch->combiner);
  g_free(batch);
}
