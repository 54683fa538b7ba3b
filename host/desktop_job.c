/* SPDX-License-Identifier: Apache-2.0 */
#include "host/desktop_job.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/adopted_job.h"
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
remove_disks(const DesktopPaths *paths, GError **error)
{
  for (guint i = 0; i < HOST_COMMAND_MAX_DISKS; i++)
    if (!overlay_remove(paths->disks[i], error))
      return FALSE;
  return overlay_remove(paths->overlay, error);
}

static gboolean
remove_files(const DesktopPaths *paths, GError **error)
{
  remove_sockets(paths);
  (void)g_unlink(paths->boot_log);
  return remove_disks(paths, error);
}

/* Ends the domain, and what libvirt may have lost of it. */
static gboolean
end_domain(const JobContext *context, const char *id, const DesktopPaths *paths, GError **error)
{
  return hypervisor_destroy(context->hypervisor, id, error) && stray_process_end(id, paths->overlay, error);
}

static char *
domain_xml(const Job *job, const char *backing, const DomainNetwork *network)
{
  const DomainShape shape = {
      .accelerator = (HostAccelerator)g_atomic_int_get(&job->context->accelerator),
      .overlay_path = job->paths->overlay,
      .backing_path = backing,
      .disk_paths = (const char *const *)job->paths->disks,
      .boot_log_path = job->paths->boot_log,
      .guest_socket_path = job->paths->guest_socket,
      .agent_socket_path = job->paths->agent_socket,
      .network = *network,
  };
  return domain_xml_build(job->record, &shape);
}

static gboolean
find_network(const Job *job, DomainNetwork *ret_network, GError **error)
{
  DomainNetwork network;
  if (!domain_network_resolve(job->record->network, &job->context->settings->network, &network, error))
    return FALSE;
  if (network.kind == DOMAIN_NETWORK_BRIDGE &&
      !hypervisor_has_bridge(job->context->hypervisor, network.bridge)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "There is no bridge “%s” on %s. Make one there, or give the desktop another network.",
                network.bridge, job->context->settings->name);
    return FALSE;
  }
  *ret_network = network;
  return TRUE;
}

/* A domain that runs without a record that says so would count as off until the agent starts anew. */
static gboolean
save_started(const Job *job, GError **error)
{
  if (save(job, DESKTOP_STAGE_RUNNING, error))
    return TRUE;
  g_autoptr(GError) undo = NULL;
  if (!end_domain(job->context, job->record->id, job->paths, &undo))
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.desktop = job->record->id),
              "what was started without a record does not end: %s", undo->message);
  return FALSE;
}

static gboolean
start_domain(const Job *job, const char *backing, const DomainNetwork *network, GError **error)
{
  tell(job, DESKTOP_STEP_STARTING);
  remove_sockets(job->paths);
  g_autofree char *xml = domain_xml(job, backing, network);
  if (!hypervisor_start(job->context->hypervisor, xml, error))
    return FALSE;
  job->record->wish = DESKTOP_WISH_NONE;
  return save_started(job, error);
}

/* What a floating desktop stands on is the image itself: it is gone before the image can be replaced. */
static char *
find_backing(const Job *job, GError **error)
{
  g_autoptr(ImageEntry) image = image_catalog_find(job->context->images, job->record->image, error);
  if (image == NULL)
    return NULL;
  if (!desktop_record_is_kept(job->record))
    return g_steal_pointer(&image->path);
  g_autofree char *base = host_settings_base_path(job->context->settings, image->hash);
  g_free(job->record->base);
  job->record->base = g_strdup(image->hash);
  if (!save(job, DESKTOP_STAGE_CREATING, error) || !overlay_copy_base(image->path, base, error))
    return NULL;
  return g_steal_pointer(&base);
}

static gboolean
make_disks(const Job *job, const char *backing, GError **error)
{
  for (guint i = 0; i < job->record->disk_count; i++)
    if (!overlay_create_empty(job->paths->disks[i], job->record->disks[i].size_mib, error))
      return FALSE;
  return overlay_create(job->paths->overlay, backing, error);
}

static gboolean
make(const Job *job, GError **error)
{
  DomainNetwork network;
  if (!save(job, DESKTOP_STAGE_CREATING, error))
    return FALSE;
  tell(job, DESKTOP_STEP_CHECKING);
  if (!find_network(job, &network, error))
    return FALSE;
  tell(job, DESKTOP_STEP_COPYING);
  g_autofree char *backing = find_backing(job, error);
  return backing != NULL && make_disks(job, backing, error) && start_domain(job, backing, &network, error);
}

static gboolean
create(const Job *job, GError **error)
{
  if (make(job, error))
    return TRUE;
  g_autoptr(GError) undo = NULL;
  if (desktop_job_remove(job->context, job->record, &undo))
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

/* Disks that are kept are never made a second time: one that is missing is a fault to be told. */
static gboolean
has_disks(const Job *job, const char *backing, GError **error)
{
  const char *needed[HOST_COMMAND_MAX_DISKS + 2] = {job->paths->overlay, backing};
  for (guint i = 0; i < job->record->disk_count; i++)
    needed[i + 2] = job->paths->disks[i];
  for (guint i = 0; i < job->record->disk_count + 2; i++)
    if (!g_file_test(needed[i], G_FILE_TEST_IS_REGULAR)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL,
                  "The disk %s of the desktop is not there any more; restore it and start it again.",
                  needed[i]);
      return FALSE;
    }
  return TRUE;
}

static char *
known_backing(const Job *job, GError **error)
{
  if (job->record->base != NULL)
    return host_settings_base_path(job->context->settings, job->record->base);
  g_autoptr(ImageEntry) image = image_catalog_find(job->context->images, job->record->image, error);
  return image != NULL ? g_steal_pointer(&image->path) : NULL;
}

static gboolean
start_again(const Job *job, GError **error)
{
  DomainNetwork network;
  g_autofree char *backing = known_backing(job, error);
  return backing != NULL && find_network(job, &network, error) && has_disks(job, backing, error) &&
         start_domain(job, backing, &network, error);
}

static gboolean
start_any(const Job *job, GError **error)
{
  if (job->record->kind != HOST_KIND_ADOPTED)
    return start_again(job, error);
  tell(job, DESKTOP_STEP_STARTING);
  return adopted_job_start(job->context, job->record, error);
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
  return save_as_is(job, error) && hypervisor_shutdown(job->context->hypervisor, job->record->id, error);
}

static gboolean
power_off(const Job *job, GError **error)
{
  g_return_val_if_fail(job->record->kind != HOST_KIND_ADOPTED, FALSE);
  return end_domain(job->context, job->record->id, job->paths, error);
}

static gboolean
adopt(const Job *job, GError **error)
{
  return adopted_job_adopt(job->context, job->record, error);
}

static gboolean
release(const Job *job, GError **error)
{
  return adopted_job_release(job->context, job->record, error);
}

static gboolean
probe(const Job *job, GError **error)
{
  return adopted_job_probe(job->context, job->record, error);
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
      [DESKTOP_JOB_DESTROY] = destroy,    [DESKTOP_JOB_START] = start_any,
      [DESKTOP_JOB_REBOOT] = reboot,      [DESKTOP_JOB_RESET] = reset,
      [DESKTOP_JOB_SHUTDOWN] = shut_down, [DESKTOP_JOB_RESUME] = resume,
      [DESKTOP_JOB_SAVE] = save_as_is,    [DESKTOP_JOB_POWER_OFF] = power_off,
      [DESKTOP_JOB_ADOPT] = adopt,        [DESKTOP_JOB_RELEASE] = release,
      [DESKTOP_JOB_PROBE] = probe,
  };
  g_autoptr(DesktopPaths) paths = desktop_paths_of(context->settings, record);
  const Job job = {context, record, paths, progress, user_data};
  return bodies[kind](&job, error);
}

gboolean
desktop_job_remove_stray(const JobContext *context, const char *id, GError **error)
{
  g_autoptr(DesktopPaths) paths = desktop_paths_new(context->settings, id, FALSE);
  return end_domain(context, id, paths, error) && remove_files(paths, error);
}

gboolean
desktop_job_remove(const JobContext *context, const DesktopRecord *record, GError **error)
{
  if (record->kind == HOST_KIND_ADOPTED)
    return TRUE;
  g_autoptr(DesktopPaths) paths = desktop_paths_of(context->settings, record);
  return end_domain(context, record->id, paths, error) && remove_files(paths, error);
}
