/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_reconcile.h"

#include "broker/service/desktops/console_report.h"
#include "broker/service/desktops/desktop_report.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/host_state.h"
#include "broker/store/desktop_store.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"

static void
set_text(char **place, const char *text)
{
  g_free(*place);
  *place = g_strdup(text != NULL ? text : "");
}

gboolean
host_reconcile_images(Work *work, const char *host, const HostImage *images, guint count, GError **error)
{
  g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func((GDestroyNotify)image_copy_free);
  for (guint i = 0; i < count; i++) {
    ImageCopy *copy = g_new0(ImageCopy, 1);
    copy->name = g_strdup(images[i].name);
    copy->hash = g_strdup(images[i].hash);
    copy->size_mib = (guint64)images[i].size_mib;
    copy->damaged = images[i].state == HOST_IMAGE_DAMAGED;
    copy->detail = g_strdup(images[i].detail != NULL ? images[i].detail : "");
    g_ptr_array_add(copies, copy);
  }
  work->wakes_keeper = TRUE;
  return image_store_replace_of_host(work->transaction, host, copies, error);
}

static gboolean
write_facts(Work *work, Host *host, const HostHello *hello, GError **error)
{
  set_text(&host->boot_id, hello->boot_id);
  host->said_us = hello->said_us;
  set_text(&host->agent_version, hello->agent_version);
  set_text(&host->accelerator, host_accelerator_name((HostAccelerator)hello->accelerator));
  set_text(&host->accelerator_reason, hello->accelerator_reason);
  set_text(&host->relay_address, hello->relay.address);
  host->relay_port = (guint16)hello->relay.port;
  host->capacity = hello->capacity;
  host->last_seen_us = work->now_us;
  for (guint i = 0; i < hello->quarantined_count; i++)
    g_ptr_array_add(host->quarantined,
                    host_quarantine_new(hello->quarantined[i].name, hello->quarantined[i].reason));
  return host_state_step(work, host, HOST_EVENT_HELLO, error) &&
         host_store_write_quarantine(work->transaction, host, error) &&
         foreign_store_replace_of_host(work->transaction, host->name, hello->foreign, hello->foreign_count,
                                       error) &&
         host_reconcile_images(work, host->name, hello->images, hello->image_count, error);
}

static const HostDesktop *
reported(const HostHello *hello, const char *id)
{
  for (guint i = 0; i < hello->desktop_count; i++)
    if (g_strcmp0(hello->desktops[i].id, id) == 0)
      return &hello->desktops[i];
  return NULL;
}

static gboolean
is_announced(Work *work, const Desktop *desktop, gboolean *ret_waits, GError **error)
{
  const char *kind = desktop->kind == POOL_MANUAL ? "adopt" : "create";
  return outbox_store_waits(work->transaction, desktop->id, kind, ret_waits, error);
}

static const char *
missing_sentence(const Desktop *desktop, gboolean restarted)
{
  if (desktop->kind != POOL_FLOATING)
    return "The host of the desktop does not have it any more. Tell your administrator.";
  return restarted ? "Its host was restarted and the desktop with it. Connect again for another one."
                   : "The desktop stopped unexpectedly. Connect again for another one.";
}

/* What we know of and the host does not say: either it was not told yet, or it is gone. */
static gboolean
reconcile_missing(Work *work, Desktop *desktop, gboolean restarted, GError **error)
{
  gboolean waits;
  if (!is_announced(work, desktop, &waits, error))
    return FALSE;
  if (waits && (desktop->power == POWER_PLANNED || desktop->power == POWER_LOST))
    return TRUE;
  gboolean is_missed = desktop->kind != POOL_FLOATING && desktop->power == POWER_LOST &&
                       desktop->assignment != ASSIGNMENT_RECYCLING && desktop->session_id == NULL;
  return is_missed || lifecycle_desktop(work, desktop, DESKTOP_EVENT_GONE,
                                        restarted ? CARAWAY_ERROR_HOST_GONE : CARAWAY_ERROR_HYPERVISOR,
                                        missing_sentence(desktop, restarted), error);
}

static gboolean
reconcile_desktops(Work *work, const char *host, const HostHello *hello, gboolean restarted, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host, error);
  if (desktops == NULL)
    return FALSE;
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    const HostDesktop *report = reported(hello, desktop->id);
    if (report != NULL ? !desktop_report_apply(work, desktop, report, error)
                       : !reconcile_missing(work, desktop, restarted, error))
      return FALSE;
  }
  return TRUE;
}

/* A console that lives without a session of ours is cut. */
static gboolean
cut_strays(Work *work, const char *host, const HostHello *hello, const GPtrArray *sessions, GError **error)
{
  for (guint at = 0; at < hello->console_count; at++) {
    const HostConsole *console = &hello->consoles[at];
    gboolean known = FALSE;
    for (guint i = 0; i < sessions->len && !known; i++) {
      const Session *session = g_ptr_array_index(sessions, i);
      known = g_strcmp0(session->id, console->session) == 0 && console_report_fits(session, host, console);
    }
    if (!known && !console_report_cut(work, host, console, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
reconcile_consoles(Work *work, const char *host, const HostHello *hello, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_host(work->transaction, host, error);
  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    Session *session = g_ptr_array_index(sessions, i);
    const HostConsole *console = NULL;
    for (guint at = 0; at < hello->console_count; at++)
      if (g_strcmp0(hello->consoles[at].session, session->id) == 0)
        console = &hello->consoles[at];
    gboolean was_open = session->state == SESSION_CONNECTED;
    if ((console != NULL || was_open) && !console_report_apply(work, session, console, error))
      return FALSE;
  }
  return cut_strays(work, host, hello, sessions, error);
}

gboolean
host_reconcile(Work *work, Host *host, const HostHello *hello, GError **error)
{
  gboolean restarted = host->boot_id[0] != '\0' && g_strcmp0(host->boot_id, hello->boot_id) != 0;
  return write_facts(work, host, hello, error) &&
         reconcile_desktops(work, host->name, hello, restarted, error) &&
         reconcile_consoles(work, host->name, hello, error);
}
