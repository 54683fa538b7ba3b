/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/group_commit.h"

#include "common/base/log.h"

typedef struct {
  GCond cond;
  gboolean has_turn;
} Waiter;

/* Lives until the last of its members has seen how it ended. */
typedef struct {
  guint references;
  GCond ended;
  gboolean is_ended;
  GError *error;    /* nullable */
  guint members;    /* accepted ones */
  GPtrArray *works; /* of them, in order */
} Batch;

struct GroupCommit {
  Connection *writer;
  GroupCommitted committed;
  gpointer data;
  GDestroyNotify free_work;
  GMutex mutex;   /* of all below and of the batches; never held while the database works */
  gboolean taken; /* somebody has the turn */
  GQueue waiters; /* of Waiter, first come first served */
  guint64 commits;
  guint64 members;
  Batch *batch; /* nullable: begun and not ended; changed only by who has the turn */
};

GroupCommit *
group_commit_new(Connection *writer, GroupCommitted committed, gpointer data, GDestroyNotify free_work)
{
  GroupCommit *group = g_new0(GroupCommit, 1);
  group->writer = writer;
  group->committed = committed;
  group->data = data;
  group->free_work = free_work;
  g_mutex_init(&group->mutex);
  g_queue_init(&group->waiters);
  return group;
}

static Batch *
batch_new(GroupCommit *group)
{
  Batch *batch = g_new0(Batch, 1);
  batch->references = 1;
  g_cond_init(&batch->ended);
  batch->works = g_ptr_array_new_with_free_func(group->free_work);
  return batch;
}

/* Under the mutex. */
static void
batch_unref(Batch *batch)
{
  if (--batch->references > 0)
    return;
  g_cond_clear(&batch->ended);
  g_clear_error(&batch->error);
  g_ptr_array_unref(batch->works);
  g_free(batch);
}

static void
take_turn(GroupCommit *group)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  if (!group->taken) {
    group->taken = TRUE;
    return;
  }
  Waiter waiter = {.has_turn = FALSE};
  g_cond_init(&waiter.cond);
  g_queue_push_tail(&group->waiters, &waiter);
  while (!waiter.has_turn)
    g_cond_wait(&waiter.cond, &group->mutex);
  g_cond_clear(&waiter.cond);
}

/* Under the mutex. */
static void
pass_turn(GroupCommit *group)
{
  Waiter *next = g_queue_pop_head(&group->waiters);
  group->taken = next != NULL;
  if (next == NULL)
    return;
  next->has_turn = TRUE;
  g_cond_signal(&next->cond);
}

/* Commits for all members; @ret_error is for each of them. Without a member there is nothing to keep. */
static gboolean
end_transaction(GroupCommit *group, GError **ret_error)
{
  if (group->batch->members > 0 && connection_commit(group->writer, ret_error))
    return TRUE;
  connection_rollback(group->writer);
  return group->batch->members == 0;
}

static void
end_batch(GroupCommit *group)
{
  Batch *batch = group->batch;
  GError *error = NULL;
  gboolean durable = end_transaction(group, &error);
  for (guint i = 0; durable && i < batch->works->len; i++)
    group->committed(g_ptr_array_index(batch->works, i), group->data);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  batch->error = error;
  batch->is_ended = TRUE;
  group->commits += durable && batch->members > 0;
  group->members += durable ? batch->members : 0;
  g_cond_broadcast(&batch->ended);
  group->batch = NULL;
  batch_unref(batch);
}

/* Whoever waits joins the batch, and so will end it sooner or later. A batch that the database has undone
 * takes no more members. */
static gboolean
batch_goes_on(GroupCommit *group)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  return group->batch->members < GROUP_COMMIT_MEMBERS_MAX && !g_queue_is_empty(&group->waiters) &&
         connection_in_transaction(group->writer);
}

static void
leave_turn(GroupCommit *group)
{
  if (group->batch != NULL && !batch_goes_on(group))
    end_batch(group);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  pass_turn(group);
}

/* Leaves the turn; TRUE once the batch that it was in is durable. */
static gboolean
leave_and_wait(GroupCommit *group, GError **error)
{
  Batch *batch = group->batch;
  g_mutex_lock(&group->mutex);
  batch->references++;
  g_mutex_unlock(&group->mutex);
  leave_turn(group);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  while (!batch->is_ended)
    g_cond_wait(&batch->ended, &group->mutex);
  gboolean durable = batch->error == NULL;
  if (!durable && error != NULL)
    *error = g_error_copy(batch->error);
  batch_unref(batch);
  return durable;
}

gboolean
group_commit_join(GroupCommit *group, GError **error)
{
  take_turn(group);
  if (group->batch == NULL && connection_begin(group->writer, error))
    group->batch = batch_new(group);
  if (group->batch != NULL && connection_begin_part(group->writer, error))
    return TRUE;
  leave_turn(group);
  return FALSE;
}

gboolean
group_commit_accept(GroupCommit *group, gpointer work, GError **error)
{
  Batch *batch = group->batch;
  if (!connection_accept_part(group->writer, error)) {
    if (work != NULL)
      group->free_work(work);
    group_commit_undo(group);
    return FALSE;
  }
  batch->members++;
  if (work != NULL)
    g_ptr_array_add(batch->works, work);
  return leave_and_wait(group, error);
}

void
group_commit_undo(GroupCommit *group)
{
  g_autoptr(GError) error = NULL;
  connection_undo_part(group->writer);
  if (!leave_and_wait(group, &error))
    log_debug("What an undone member saw was undone too: %s", error->message);
}

void
group_commit_count(GroupCommit *group, guint *ret_waiting, guint64 *ret_commits, guint64 *ret_members)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&group->mutex);
  *ret_waiting = g_queue_get_length(&group->waiters);
  *ret_commits = group->commits;
  *ret_members = group->members;
}

void
group_commit_free(GroupCommit *group)
{
  if (group == NULL)
    return;
  g_mutex_clear(&group->mutex);
  g_free(group);
}
