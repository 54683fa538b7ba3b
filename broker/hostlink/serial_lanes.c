/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/serial_lanes.h"

typedef struct {
  SerialTask run;
  gpointer data;
  GDestroyNotify destroy;
} Task;

typedef struct {
  GQueue tasks; /* of Task */
  gboolean running;
} Lane;

struct SerialLanes {
  GMutex lock; /* guards everything below */
  GHashTable *by_name;
  GThreadPool *workers;
  guint limit;
  guint running;  /* lanes that have a turn coming */
  GCond all_rest; /* running became 0 */
};

static void
task_free(Task *task)
{
  if (task->destroy != NULL)
    task->destroy(task->data);
  g_free(task);
}

static void
lane_free(gpointer data)
{
  Lane *lane = data;
  g_queue_clear_full(&lane->tasks, (GDestroyNotify)task_free);
  g_free(lane);
}

/* One task a turn, so that a busy lane does not keep a thread from the others. */
static void
run_lane(gpointer data, gpointer user_data)
{
  Lane *lane = data;
  SerialLanes *lanes = user_data;
  g_mutex_lock(&lanes->lock);
  Task *task = g_queue_pop_head(&lane->tasks);
  g_mutex_unlock(&lanes->lock);
  task->run(task->data);
  task_free(task);
  g_mutex_lock(&lanes->lock);
  lane->running = !g_queue_is_empty(&lane->tasks);
  if (lane->running)
    g_thread_pool_push(lanes->workers, lane, NULL);
  else if (--lanes->running == 0)
    g_cond_signal(&lanes->all_rest);
  g_mutex_unlock(&lanes->lock);
}

SerialLanes *
serial_lanes_new(guint threads, guint limit)
{
  SerialLanes *lanes = g_new0(SerialLanes, 1);
  g_mutex_init(&lanes->lock);
  g_cond_init(&lanes->all_rest);
  lanes->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, lane_free);
  lanes->workers = g_thread_pool_new(run_lane, lanes, (int)threads, FALSE, NULL);
  lanes->limit = limit;
  return lanes;
}

static gboolean
push(SerialLanes *lanes, const char *name, Task *task, gboolean always)
{
  g_mutex_lock(&lanes->lock);
  Lane *lane = g_hash_table_lookup(lanes->by_name, name);
  if (lane == NULL) {
    lane = g_new0(Lane, 1);
    g_hash_table_insert(lanes->by_name, g_strdup(name), lane);
  }
  gboolean taken = always || g_queue_get_length(&lane->tasks) < lanes->limit;
  if (taken)
    g_queue_push_tail(&lane->tasks, task);
  if (taken && !lane->running) {
    lane->running = TRUE;
    lanes->running++;
    g_thread_pool_push(lanes->workers, lane, NULL);
  }
  g_mutex_unlock(&lanes->lock);
  if (!taken)
    task_free(task);
  return taken;
}

static Task *
task_new(SerialTask run, gpointer data, GDestroyNotify destroy)
{
  Task *task = g_new0(Task, 1);
  *task = (Task){run, data, destroy};
  return task;
}

gboolean
serial_lanes_push(SerialLanes *lanes, const char *lane, SerialTask task, gpointer data,
                  GDestroyNotify destroy)
{
  return push(lanes, lane, task_new(task, data, destroy), FALSE);
}

void
serial_lanes_push_always(SerialLanes *lanes, const char *lane, SerialTask task, gpointer data,
                         GDestroyNotify destroy)
{
  push(lanes, lane, task_new(task, data, destroy), TRUE);
}

void
serial_lanes_free(SerialLanes *lanes)
{
  if (lanes == NULL)
    return;
  g_mutex_lock(&lanes->lock);
  while (lanes->running > 0)
    g_cond_wait(&lanes->all_rest, &lanes->lock);
  g_mutex_unlock(&lanes->lock);
  g_thread_pool_free(lanes->workers, FALSE, TRUE);
  g_hash_table_unref(lanes->by_name);
  g_cond_clear(&lanes->all_rest);
  g_mutex_clear(&lanes->lock);
  g_free(lanes);
}
