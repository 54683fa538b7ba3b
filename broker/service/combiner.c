/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/combiner.h"

#include <errno.h>
#include <semaphore.h>

/* One thread that waits; lives on its stack, and is not touched any more once its semaphore was posted. */
typedef struct {
  gpointer request;
  sem_t woken; /* once: it is done, or it is its turn to run */
  gboolean is_done;
} Waiter;

struct Combiner {
  guint limit;
  CombinerRun run;
  gpointer data;
  GMutex mutex;     /* of all below */
  GQueue waiting;   /* of Waiter, not taken yet */
  GPtrArray *taken; /* of Waiter; of the thread that runs */
  gboolean runs;    /* somebody does, or was told to */
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

static void
sleep_until_woken(Waiter *waiter)
{
  while (sem_wait(&waiter->woken) != 0 && errno == EINTR)
    continue;
}

/* Who comes next runs already while the others are woken, each by a semaphore of its own: on the way out they
 * meet at no lock. */
static void
wake(Waiter *next, const GPtrArray *taken, const Waiter *self)
{
  if (next != NULL)
    sem_post(&next->woken);
  for (guint i = 0; i < taken->len; i++) {
    Waiter *waiter = g_ptr_array_index(taken, i);
    waiter->is_done = TRUE;
    if (waiter != self)
      sem_post(&waiter->woken);
  }
}

/* In the turn of @self, who is the first of those who wait and so among those that are taken; the turn passes
 * to the first of the rest. */
static void
run_once(Combiner *combiner, Waiter *self)
{
  combiner->run(combiner, combiner->data);
  g_mutex_lock(&combiner->mutex);
  g_autoptr(GPtrArray) taken = g_steal_pointer(&combiner->taken);
  combiner->taken = g_ptr_array_new();
  Waiter *next = g_queue_peek_head(&combiner->waiting);
  combiner->runs = next != NULL;
  g_mutex_unlock(&combiner->mutex);
  wake(next, taken, self);
}

void
combiner_do(Combiner *combiner, gpointer request)
{
  Waiter waiter = {.request = request};
  sem_init(&waiter.woken, 0, 0);
  g_mutex_lock(&combiner->mutex);
  g_queue_push_tail(&combiner->waiting, &waiter);
  gboolean has_turn = !combiner->runs;
  combiner->runs = TRUE;
  g_mutex_unlock(&combiner->mutex);
  if (!has_turn)
    sleep_until_woken(&waiter);
  if (!waiter.is_done)
    run_once(combiner, &waiter);
  sem_destroy(&waiter.woken);
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
