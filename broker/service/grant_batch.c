/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/grant_batch.h"

#include "broker/service/combiner.h"
#include "broker/service/console_grant.h"
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

static gboolean
enter(Work *work, Request *request, GError **error)
{
  const Caller *caller = request->caller;
  request->now_us = work->now_us;
  if (!grant_store_find(work->transaction, request->session_id, caller->user_id, caller->token_hash,
                        &request->row, error))
    return FALSE;
  return request->row == NULL || work_audit(work, caller, "console.grant", "session", request->session_id,
                                            viewer_name(VIEWER_NATIVE), error);
}

static gboolean
enter_all(Work *work, const GPtrArray *requests, GError **error)
{
  for (guint i = 0; i < requests->len; i++)
    if (!enter(work, g_ptr_array_index(requests, i), error))
      return FALSE;
  return work_commit(work, error);
}

static void
run(Combiner *combiner, gpointer data)
{
  GrantBatch *batch = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(batch->services, DB_WRITE, &error);
  g_autoptr(GPtrArray) requests = combiner_take(combiner);
  if (work != NULL && enter_all(work, requests, &error))
    return;
  log_debug("A batch of grants was undone: %s", error->message);
  for (guint i = 0; i < requests->len; i++)
    g_clear_pointer(&((Request *)g_ptr_array_index(requests, i))->row, grant_row_free);
}

GrantBatch *
grant_batch_new(Services *services)
{
  GrantBatch *batch = g_new0(GrantBatch, 1);
  batch->services = services;
  batch->combiner = combiner_new(TOGETHER_MAX, run, batch);
  return batch;
}

static ConsoleAccess *
sign(Services *services, const GrantRow *row, gint64 now_us)
{
  const ConsoleFacts facts = {.session = row->session,
                              .epoch = row->epoch,
                              .channels = row->channels,
                              .relay_address = row->relay_address,
                              .relay_port = row->relay_port};
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = g_new0(ConsoleAccess, 1);
  access->grant =
      console_grant_sign(services, &facts, viewer_name(VIEWER_NATIVE), now_us, &access->expires_us, &error);
  if (access->grant == NULL)
    return NULL; /* the general way says why */
  console_grant_set_place(access, &facts);
  return g_steal_pointer(&access);
}

ConsoleAccess *
grant_batch_create(GrantBatch *batch, const Caller *caller, const char *session_id)
{
  Request request = {.caller = caller, .session_id = session_id};
  if (*caller->token_hash == '\0')
    return NULL;
  combiner_do(batch->combiner, &request);
  g_autoptr(GrantRow) row = request.row;
  ConsoleAccess *access = row != NULL ? sign(batch->services, row, request.now_us) : NULL;
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
