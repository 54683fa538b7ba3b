/* SPDX-License-Identifier: Apache-2.0 */
#include "host/workers.h"

struct Workers {
  GThreadPool *pool;
  gint load; /* atomic */
};

typedef struct {
  Workers *workers;
  WorkersRun run;
  WorkersDone done;
  gpointer data;
} Work;

static gboolean
finish(gpointer data)
{
  Work *work = data;
  g_atomic_int_add(&work->workers->load, -1);
  work->done(work->data);
  g_free(work);
  return G_SOURCE_REMOVE;
}

static void
run_work(gpointer data, gpointer user_data)
{
  Work *work = data;
  work->run(work->data);
  g_idle_add_full(G_PRIORITY_DEFAULT, finish, work, NULL);
}

Workers *
workers_new(guint threads)
{
  Workers *workers = g_new0(Workers, 1);
  workers->pool = g_thread_pool_new(run_work, workers, (gint)threads, FALSE, NULL);
  return workers;
}

void
workers_push(Workers *workers, WorkersRun run, WorkersDone done, gpointer data)
{
  Work *work = g_new0(Work, 1);
  work->workers = workers;
  work->run = run;
  work->done = done;
  work->data = data;
  g_atomic_int_inc(&workers->load);
  g_thread_pool_push(workers->pool, work, NULL);
}

guint
workers_load(const Workers *workers)
{
  return (guint)g_atomic_int_get(&workers->load);
}

void
workers_free(Workers *workers)
{
  if (workers == NULL)
    return;
  g_thread_pool_free(workers->pool, TRUE, FALSE);
  g_free(workers);
}
