/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_images.h"

#include "common/base/log.h"
#include "host/hypervisor/kvm_probe.h"

#include <gio/gio.h>

#define SETTLE_MS                                                                                            \
  2000 /* an image is copied in for a while; it is looked at when nothing changes any more                   \
        */

struct AgentImages {
  JobContext *context;
  const AgentImagesListener *listener;
  gpointer user_data;
  Workers *worker; /* one of its own: reading gigabytes keeps no desktop waiting */
  GPtrArray *entries;
  KvmVerdict verdict;
  gboolean is_scanning, is_dirty;
  GFileMonitor *monitor;
  guint settle_source;
};

typedef struct {
  AgentImages *images;
  GPtrArray *entries;
  KvmVerdict verdict; /* of the scan before; replaced when it proved nothing */
  gboolean has_new_verdict;
} Scan;

static const char *
first_whole_image(const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const ImageEntry *entry = entries->pdata[i];
    if (entry->damage == NULL)
      return entry->path;
  }
  return NULL;
}

static void
on_scan_run(gpointer data)
{
  Scan *scan = data;
  const JobContext *context = scan->images->context;
  scan->entries = image_catalog_scan(context->images);
  if (scan->images->verdict.is_proven)
    return;
  g_autofree char *cache = host_settings_path(context->settings, "kvm-verdict");
  kvm_probe_run(context->settings->accelerator, first_whole_image(scan->entries), cache, &scan->verdict);
  scan->has_new_verdict = TRUE;
}

static gboolean
is_same_image(const ImageEntry *a, const ImageEntry *b)
{
  return g_str_equal(a->name, b->name) && g_str_equal(a->hash, b->hash) && a->size_mib == b->size_mib &&
         g_strcmp0(a->damage, b->damage) == 0;
}

static gboolean
is_same_list(const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!is_same_image(a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
take_verdict(AgentImages *images, Scan *scan)
{
  if (!scan->has_new_verdict)
    return FALSE;
  gboolean is_other = g_strcmp0(images->verdict.reason, scan->verdict.reason) != 0;
  kvm_verdict_clear(&images->verdict);
  images->verdict = scan->verdict;
  g_atomic_int_set(&images->context->accelerator, (gint)images->verdict.accelerator);
  if (is_other)
    log_info("accelerator %s: %s", host_accelerator_name(images->verdict.accelerator),
             images->verdict.reason);
  return is_other;
}

static void
log_images(const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const ImageEntry *entry = entries->pdata[i];
    if (entry->damage != NULL)
      log_warning("image %s: %s", entry->name, entry->damage);
    else
      log_info("image %s: %" G_GINT64_FORMAT " MiB", entry->name, entry->size_mib);
  }
}

static void
on_scan_done(gpointer data)
{
  g_autofree Scan *scan = data;
  AgentImages *images = scan->images;
  images->is_scanning = FALSE;
  gboolean images_changed = !is_same_list(images->entries, scan->entries);
  g_clear_pointer(&images->entries, g_ptr_array_unref);
  images->entries = scan->entries;
  gboolean accelerator_changed = take_verdict(images, scan);
  if (images_changed)
    log_images(images->entries);
  images->listener->scanned(images_changed, accelerator_changed, images->user_data);
  if (images->is_dirty)
    agent_images_scan(images);
}

void
agent_images_scan(AgentImages *images)
{
  images->is_dirty = images->is_scanning;
  if (images->is_scanning)
    return;
  images->is_scanning = TRUE;
  Scan *scan = g_new0(Scan, 1);
  scan->images = images;
  workers_push(images->worker, on_scan_run, on_scan_done, scan);
}

static gboolean
on_settled(gpointer data)
{
  AgentImages *images = data;
  images->settle_source = 0;
  agent_images_scan(images);
  return G_SOURCE_REMOVE;
}

static void
on_folder_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  AgentImages *images = data;
  if (images->settle_source != 0)
    g_source_remove(images->settle_source);
  images->settle_source = g_timeout_add(SETTLE_MS, on_settled, images);
}

AgentImages *
agent_images_new(JobContext *context, const AgentImagesListener *listener, gpointer user_data)
{
  AgentImages *images = g_new0(AgentImages, 1);
  images->context = context;
  images->listener = listener;
  images->user_data = user_data;
  images->worker = workers_new(1);
  g_autoptr(GFile) folder = g_file_new_for_path(context->settings->image_directory);
  g_autoptr(GError) error = NULL;
  images->monitor = g_file_monitor_directory(folder, G_FILE_MONITOR_NONE, NULL, &error);
  if (images->monitor != NULL)
    g_signal_connect(images->monitor, "changed", G_CALLBACK(on_folder_changed), images);
  else
    log_warning("changes of the image directory go unseen: %s", error->message);
  return images;
}

GArray *
agent_images_list(const AgentImages *images)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostImage));
  for (guint i = 0; images->entries != NULL && i < images->entries->len; i++) {
    const ImageEntry *entry = images->entries->pdata[i];
    const HostImage value = {.name = entry->name,
                             .hash = entry->hash,
                             .size_mib = entry->size_mib,
                             .state = entry->damage != NULL ? HOST_IMAGE_DAMAGED : HOST_IMAGE_PRESENT,
                             .detail = entry->damage};
    g_array_append_val(values, value);
  }
  return values;
}

const char *
agent_images_accelerator_reason(const AgentImages *images)
{
  return images->verdict.reason != NULL ? images->verdict.reason : "";
}

gboolean
agent_images_is_busy(const AgentImages *images)
{
  return images->is_scanning;
}

void
agent_images_free(AgentImages *images)
{
  if (images == NULL)
    return;
  if (images->settle_source != 0)
    g_source_remove(images->settle_source);
  g_clear_object(&images->monitor);
  workers_free(images->worker);
  g_clear_pointer(&images->entries, g_ptr_array_unref);
  kvm_verdict_clear(&images->verdict);
  g_free(images);
}
