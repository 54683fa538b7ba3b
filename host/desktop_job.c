/* SPDX-License-Identifier: Apache-2.0 */
#include "host/desktop_job.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/hypervisor/overlay.h"
#include "host/hypervisor/stray_process.h"
#include "host/record_files.h"

#include <glib/gstdio.h>

typedef struct {
  const JobContext *context;
  DesktopRecord *record;
  DesktopPaths *paths;
  DesktopJobProgress progress;
  gpointer user_data;
} Job;

static gboolean
save(const Job *job, DesktopStage stage, GError **error)
{
  desktop_record_set_stage(job->record, stage, NULL, NULL);
  return record_files_save(job->context->settings, job->record, error);
}

static void
tell(const Job *job, DesktopStep step)
{
  if (job->progress != NULL)
    job->progress(job->record->id, step, job->user_data);
}

static void
remove_sockets(const DesktopPaths *paths)
{
  (void)g_unlink(paths->guest_socket);
  (void)g_unlink(paths->agent_socket);
}

static gboolean
remove_files(const DesktopPaths *paths, GError **error)
{
  remove_sockets(paths);
  (void)g_unlink(paths->boot_log);
  return overlay_remove(paths->overlay, error);
}

/* Ends the domain, and what libvirt may have lost of it. */
static gboolean
end_domain(const JobContext *context, const char *id, const DesktopPaths *paths, GError **error)
{
  return hypervisor_destroy(context->hypervisor, id, error) && stray_process_end(id, paths->overlay, error);
}

static char *
domain_xml(const Job *job, const ImageEntry *image)
{
  const HostSettings *settings = job->context->settings;
  const DomainShape shape = {
      .accelerator = (HostAccelerator)g_atomic_int_get(&job->context->accelerator),
      .overlay_path = job->paths->overlay,
      .backing_path = image->path,
      .boot_log_path = job->paths->boot_log,
      .guest_socket_path = job->paths->guest_socket,
      .agent_socket_path = job->paths->agent_socket,
      .network = settings->network,
      .bridge = settings->bridge,
  };
  return domain_xml_build(job->record, &shape);
}

static gboolean
start_domain(const Job *job, const ImageEntry *image, GError **error)
{
  tell(job, DESKTOP_STEP_STARTING);
  remove_sockets(job->paths);
  g_autofree char *xml = domain_xml(job, image);
  return hypervisor_start(job->context->hypervisor, xml, error) && save(job, DESKTOP_STAGE_RUNNING, error);
}

static gboolean
make(const Job *job, GError **error)
{
  if (!save(job, DESKTOP_STAGE_CREATING, error))
    return FALSE;
  tell(job, DESKTOP_STEP_CHECKING);
  g_autoptr(ImageEntry) image = image_catalog_find(job->context->images, job->record->image, error);
  if (image == NULL)
    return FALSE;
  tell(job, DESKTOP_STEP_COPYING);
  return overlay_create(job->paths->overlay, image->path, error) && start_domain(job, image, error);
}

static gboolean
create(const Job *job, GError **error)
{
  if (make(job, error))
    return TRUE;
  g_autoptr(GError) undo = NULL;
  if (desktop_job_remove_stray(job->context, job->record->id, &undo))
    record_files_remove(job->context->settings, job->record->id);
  else /* the record stays CREATING on disk: the next start tries again to undo it */
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.desktop = job->record->id), "what was made is not undone: %s",
              undo->message);
  return FALSE;
}

static gboolean
create_again(const Job *job, GError **error)
{
  return end_domain(job->context, job->record->id, job->paths, error) && create(job, error);
}

static gboolean
destroy(const Job *job, GError **error)
{
  g_autoptr(GError) local = NULL;
  /* On a full disk the record may not be written; removing the overlay is what helps then. */
  if (!save(job, DESKTOP_STAGE_DESTROYING, &local))
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = job->record->id), "%s", local->message);
  tell(job, DESKTOP_STEP_REMOVING);
  if (!end_domain(job->context, job->record->id, job->paths, error) || !remove_files(job->paths, error))
    return FALSE;
  g_clear_error(&local);
  if (!save(job, DESKTOP_STAGE_DESTROYED, &local))
    record_files_remove(job->context->settings, job->record->id);
  return TRUE;
}

static gboolean
start_again(const Job *job, GError **error)
{
  g_autoptr(ImageEntry) image = image_catalog_find(job->context->images, job->record->image, error);
  return image != NULL && start_domain(job, image, error);
}

static gboolean
save_as_is(const Job *job, GError **error)
{
  return record_files_save(job->context->settings, job->record, error);
}

static gboolean
reboot(const Job *job, GError **error)
{
  return hypervisor_reboot(job->context->hypervisor, job->record->id, error);
}

static gboolean
reset(const Job *job, GError **error)
{
  return hypervisor_reset(job->context->hypervisor, job->record->id, error);
}

static gboolean
shut_down(const Job *job, GError **error)
{
  return hypervisor_shutdown(job->context->hypervisor, job->record->id, error);
}

static gboolean
resume(const Job *job, GError **error)
{
  return hypervisor_resume(job->context->hypervisor, job->record->id, error);
}

gboolean
desktop_job_run(const JobContext *context, DesktopJobKind kind, DesktopRecord *record,
                DesktopJobProgress progress, gpointer user_data, GError **error)
{
  static gboolean (*const bodies[])(const Job *job, GError **error) = {
      [DESKTOP_JOB_CREATE] = create,      [DESKTOP_JOB_CREATE_AGAIN] = create_again,
      [DESKTOP_JOB_DESTROY] = destroy,    [DESKTOP_JOB_START] = start_again,
      [DESKTOP_JOB_REBOOT] = reboot,      [DESKTOP_JOB_RESET] = reset,
      [DESKTOP_JOB_SHUTDOWN] = shut_down, [DESKTOP_JOB_RESUME] = resume,
      [DESKTOP_JOB_SAVE] = save_as_is,
  };
  g_autoptr(DesktopPaths) paths = desktop_paths_new(context->settings, record->id);
  const Job job = {context, record, paths, progress, user_data};
  return bodies[kind](&job, error);
}

gboolean
desktop_job_remove_stray(const JobContext *context, const char *id, GError **error)
{
  g_autoptr(DesktopPaths) paths = desktop_paths_new(context->settings, id);
  return end_domain(context, id, paths, error) && remove_files(paths, error);
}
