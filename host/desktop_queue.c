/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/desktop_parts.h"

struct QueuedJob {
  Desktop *desktop;
  DesktopJobKind kind;
  DesktopRecord *record; /* the worker's copy */
  GError *error;
  DesktopDone done;
  gpointer user_data;
};

static void run_next(Desktop *desktop);

static void
job_free(QueuedJob *job)
{
  desktop_record_free(job->record);
  g_clear_error(&job->error);
  g_free(job);
}

static void
answer(const QueuedJob *job, const GError *error)
{
  if (job->done != NULL)
    job->done(error, job->user_data);
}

/* Only these change the record, and events that come meanwhile wait for their end. */
static gboolean
makes_or_ends(DesktopJobKind kind)
{
  return kind == DESKTOP_JOB_CREATE || kind == DESKTOP_JOB_CREATE_AGAIN || kind == DESKTOP_JOB_START ||
         kind == DESKTOP_JOB_DESTROY || kind == DESKTOP_JOB_ADOPT || kind == DESKTOP_JOB_RELEASE;
}

static gboolean
removes(DesktopJobKind kind)
{
  return kind == DESKTOP_JOB_DESTROY || kind == DESKTOP_JOB_RELEASE;
}

/* Takes over what the worker made of the record; an epoch raised meanwhile stays raised. */
static void
take_record(Desktop *desktop, QueuedJob *job)
{
  if (epoch_compare(desktop->record->epoch, job->record->epoch) > 0)
    job->record->epoch = desktop->record->epoch;
  desktop_record_free(desktop->record);
  desktop->record = g_steal_pointer(&job->record);
}

/* What is ours switches off in any case, asked or not: its command is not refused. */
static gboolean
ends_anyway(const QueuedJob *job)
{
  const DesktopRecord *record = job->desktop->record;
  return job->kind == DESKTOP_JOB_SHUTDOWN && record->kind != HOST_KIND_ADOPTED &&
         record->wish != DESKTOP_WISH_NONE;
}

static void
on_job_done(gpointer data)
{
  QueuedJob *job = data;
  Desktop *desktop = job->desktop;
  desktop->running = NULL;
  if (makes_or_ends(job->kind))
    take_record(desktop, job);
  if (job->error != NULL)
    desktop_note_failed(desktop, job->kind, job->error);
  else
    desktop_note_done(desktop, job->kind);
  answer(job, ends_anyway(job) ? NULL : job->error);
  gboolean is_gone =
      (removes(job->kind) && job->error == NULL) || (job->kind == DESKTOP_JOB_ADOPT && job->error != NULL);
  job_free(job);
  if (is_gone) {
    desktop->owner->gone(desktop, desktop->owner->user_data);
    return;
  }
  if (desktop->has_early_event) {
    desktop->has_early_event = FALSE;
    desktop_take_event(desktop, desktop->early_event);
  }
  run_next(desktop);
}

typedef struct {
  Desktop *desktop;
  DesktopStep step;
} StepNews;

static gboolean
on_step_news(gpointer data)
{
  StepNews *news = data;
  desktop_set_step(news->desktop, news->step);
  return G_SOURCE_REMOVE;
}

/* On the worker. The news runs before on_job_done(), which is queued behind it, so the desktop is still
 * there. */
static void
on_progress(const char *id, DesktopStep step, gpointer user_data)
{
  QueuedJob *job = user_data;
  StepNews *news = g_new0(StepNews, 1);
  news->desktop = job->desktop;
  news->step = step;
  g_idle_add_full(G_PRIORITY_DEFAULT, on_step_news, news, g_free);
}

static void
on_run_job(gpointer data)
{
  QueuedJob *job = data;
  if (!desktop_job_run(job->desktop->owner->context, job->kind, job->record, on_progress, job, &job->error))
    g_assert(job->error != NULL);
}

static void
run_next(Desktop *desktop)
{
  if (desktop->running != NULL || g_queue_is_empty(desktop->jobs))
    return;
  QueuedJob *job = g_queue_pop_head(desktop->jobs);
  desktop->running = job;
  if (removes(job->kind)) {
    g_clear_pointer(&desktop->port, guest_port_free);
    desktop_record_set_stage(desktop->record, DESKTOP_STAGE_DESTROYING, NULL, NULL);
  }
  job->record = desktop_record_copy(desktop->record);
  workers_push(desktop->owner->workers, on_run_job, on_job_done, job);
}

void
desktop_queue_clear(Desktop *desktop)
{
  g_autoptr(GError) error =
      g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "The desktop is being removed.");
  QueuedJob *job;
  while ((job = g_queue_pop_head(desktop->jobs)) != NULL) {
    answer(job, removes(job->kind) ? NULL : error);
    job_free(job);
  }
}

void
desktop_push(Desktop *desktop, DesktopJobKind kind, DesktopDone done, gpointer user_data)
{
  if (removes(kind))
    desktop_queue_clear(desktop);
  QueuedJob *job = g_new0(QueuedJob, 1);
  job->desktop = desktop;
  job->kind = kind;
  job->done = done;
  job->user_data = user_data;
  g_queue_push_tail(desktop->jobs, job);
  run_next(desktop);
}
