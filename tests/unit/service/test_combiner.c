/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/combiner.h"

#define THREADS 8
#define EACH    200
#define LIMIT   5

typedef struct {
  Combiner *combiner;
  gint running; /* atomic */
  gint done;    /* atomic */
  gint most;    /* atomic */
} Bench;

static void
run(Combiner *combiner, gpointer data)
{
  Bench *bench = data;
  g_assert_cmpint(g_atomic_int_add(&bench->running, 1), ==, 0); /* one at a time */
  g_autoptr(GPtrArray) requests = combiner_take(combiner);
  g_assert_cmpuint(requests->len, >, 0);
  g_assert_cmpuint(requests->len, <=, LIMIT);
  for (guint i = 0; i < requests->len; i++)
    ++*(gint *)g_ptr_array_index(requests, i);
  g_atomic_int_add(&bench->done, (gint)requests->len);
  g_atomic_int_set(&bench->most, MAX(g_atomic_int_get(&bench->most), (gint)requests->len));
  g_atomic_int_add(&bench->running, -1);
}

static gpointer
ask(gpointer data)
{
  Bench *bench = data;
  for (guint i = 0; i < EACH; i++) {
    gint times = 0;
    combiner_do(bench->combiner, &times);
    g_assert_cmpint(times, ==, 1); /* done, once, and before we are told */
  }
  return NULL;
}

static void
test_each_is_done_once(void)
{
  Bench bench = {0};
  bench.combiner = combiner_new(LIMIT, run, &bench);
  GThread *threads[THREADS];
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new("asks", ask, &bench);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  g_assert_cmpint(bench.done, ==, THREADS * EACH);
  combiner_free(bench.combiner);
}

typedef struct {
  Combiner *combiner;
  GMutex gate;
  GCond arrived;
  guint waiting;
  guint done;
} Gate;

/* The first one waits, before it takes, until the others are about to ask. */
static void
run_late(Combiner *combiner, gpointer data)
{
  Gate *gate = data;
  g_mutex_lock(&gate->gate);
  while (gate->waiting < LIMIT)
    g_cond_wait(&gate->arrived, &gate->gate);
  g_mutex_unlock(&gate->gate);
  g_autoptr(GPtrArray) requests = combiner_take(combiner);
  g_assert_cmpuint(requests->len, >=, 1);
  gate->done += requests->len;
}

static gpointer
ask_once(gpointer data)
{
  Gate *gate = data;
  g_mutex_lock(&gate->gate);
  gate->waiting++;
  g_cond_signal(&gate->arrived);
  g_mutex_unlock(&gate->gate);
  combiner_do(gate->combiner, gate);
  return NULL;
}

static void
test_all_who_came_meanwhile(void)
{
  Gate gate = {0};
  gate.combiner = combiner_new(LIMIT, run_late, &gate);
  GThread *threads[LIMIT];
  for (guint i = 0; i < LIMIT; i++)
    threads[i] = g_thread_new("asks", ask_once, &gate);
  for (guint i = 0; i < LIMIT; i++)
    g_thread_join(threads[i]);
  g_assert_cmpuint(gate.done, ==, LIMIT);
  combiner_free(gate.combiner);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/combiner/once", test_each_is_done_once);
  g_test_add_func("/combiner/together", test_all_who_came_meanwhile);
  return g_test_run();
}
