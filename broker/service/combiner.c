/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/combiner.h"

/* One thread that waits; lives on its stack. */
typedef struct {
  gpointer request;
  GCond wake;
  gboolean is_done;
} Waiter;

struct Combiner {
  guint limit;
  CombinerRun run;
  gpointer data;
  GMutex mutex;     /* of all below and of the waiters */
  GQueue waiting;   /* of Waiter, not taken yet */
  GPtrArray *taken; /* of Waiter; of the thread that runs */
  gboolean runs;
};

Combiner *
combiner_new(guint limit, CombinerRun run, gpointer data)
{
  Combiner *combiner = g_new0(Combiner, 1);
  combiner->limit = limit;
  combiner->run = run;
  combiner->data = data;
  g_mutex_init(&combiner->mutex);
  g_queue_init(&combiner->waiting);
  combiner->taken = g_ptr_array_new();
  return combiner;
}

/* Under the mutex, which is let go of while it runs. Who comes next runs already while the others are woken.
 */
static void
run_once(Combiner *combiner)
{
  combiner->runs = TRUE;
  g_mutex_unlock(&combiner->mutex);
  combiner->run(combiner, combiner->data);
  g_mutex_lock(&combiner->mutex);
  combiner->runs = FALSE;
  Waiter *next = g_queue_peek_head(&combiner->waiting);
  if (next != NULL)
    g_cond_signal(&next->wake);
  for (guint i = 0; i < combiner->taken->len; i++) {
    Waiter *waiter = g_ptr_array_index(combiner->taken, i);
    waiter->is_done = TRUE;
    g_cond_signal(&waiter->wake);
  }
  g_ptr_array_set_size(combiner->taken, 0);
}

void
combiner_do(Combiner *combiner, gpointer request)
{
  Waiter waiter = {.request = request};
  g_cond_init(&waiter.wake);
  g_mutex_lock(&combiner->mutex);
  g_queue_push_tail(&combiner->waiting, &waiter);
  while (!waiter.is_done)
    if (combiner->runs)
      g_cond_wait(&waiter.wake, &combiner->mutex);
    else
      run_once(combiner);
  g_mutex_unlock(&combiner->mutex);
  g_cond_clear(&waiter.wake);
}

GPtrArray *
combiner_take(Combiner *combiner)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&combiner->mutex);
  GPtrArray *requests = g_ptr_array_new();
  while (requests->len < combiner->limit && !g_queue_is_empty(&combiner->waiting)) {
    Waiter *waiter = g_queue_pop_head(&combiner->waiting);
    g_ptr_array_add(combiner->taken, waiter);
    g_ptr_array_add(requests, waiter->request);
  }
  return requests;
}

void
combiner_free(Combiner *combiner)
{
  if (combiner == NULL)
    return;
  g_ptr_array_unref(combiner->taken);
  g_mutex_clear(&combiner->mutex);
  g_free(combiner);
}
