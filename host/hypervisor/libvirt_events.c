/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/libvirt_events.h"

#include "common/base/error.h"

#include <libvirt/virterror.h>
#include <string.h>

#define CALLBACKS      3
#define WAKE_PERIOD_MS 1000

struct LibvirtEvents {
  GThread *thread;
  gint is_stopping; /* atomic */
  int timer;
  int callbacks[CALLBACKS]; /* ids, -1 for none */
};

/* virEventRunDefaultImpl() waits without a limit; this keeps it looking at is_stopping. */
static void
on_wake(int timer, void *data)
{
}

static gpointer
run_loop(gpointer data)
{
  LibvirtEvents *events = data;
  while (g_atomic_int_get(&events->is_stopping) == 0)
    virEventRunDefaultImpl();
  return NULL;
}

LibvirtEvents *
libvirt_events_start(GError **error)
{
  if (virEventRegisterDefaultImpl() != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR, "libvirt's event loop does not start: %s",
                virGetLastErrorMessage());
    return NULL;
  }
  LibvirtEvents *events = g_new0(LibvirtEvents, 1);
  memset(events->callbacks, -1, sizeof events->callbacks);
  events->timer = virEventAddTimeout(WAKE_PERIOD_MS, on_wake, NULL, NULL);
  events->thread = g_thread_new("libvirt-events", run_loop, events);
  return events;
}

static void
emit_for(virDomainPtr domain, gpointer hypervisor, HypervisorEvent event)
{
  char id[VIR_UUID_STRING_BUFLEN];
  if (virDomainGetUUIDString(domain, id) == 0)
    hypervisor_emit(hypervisor, id, event);
}

static int
on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
  if (event == VIR_DOMAIN_EVENT_STARTED)
    emit_for(domain, data, HYPERVISOR_STARTED);
  if (event == VIR_DOMAIN_EVENT_DEFINED || event == VIR_DOMAIN_EVENT_UNDEFINED)
    emit_for(domain, data, HYPERVISOR_LISTED);
  if (event != VIR_DOMAIN_EVENT_STOPPED)
    return 0;
  if (detail == VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)
    emit_for(domain, data, HYPERVISOR_SHUT_DOWN);
  else if (detail == VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
    emit_for(domain, data, HYPERVISOR_DESTROYED);
  else
    emit_for(domain, data, HYPERVISOR_CRASHED);
  return 0;
}

static void
on_reboot(virConnectPtr connection, virDomainPtr domain, void *data)
{
  emit_for(domain, data, HYPERVISOR_REBOOTED);
}

static void
on_io_error(virConnectPtr connection, virDomainPtr domain, const char *source, const char *alias, int action,
            const char *reason, void *data)
{
  if (action == VIR_DOMAIN_EVENT_IO_ERROR_PAUSE)
    emit_for(domain, data, HYPERVISOR_DISK_FULL);
}

static void
on_connection_closed(virConnectPtr connection, int reason, void *data)
{
  hypervisor_emit(data, NULL, HYPERVISOR_LOST);
}

void
libvirt_events_watch(LibvirtEvents *events, virConnectPtr connection, Hypervisor *hypervisor)
{
  events->callbacks[0] =
      virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), hypervisor, NULL);
  events->callbacks[1] = virConnectDomainEventRegisterAny(
      connection, NULL, VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot), hypervisor, NULL);
  events->callbacks[2] =
      virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_io_error), hypervisor, NULL);
  /* The embedded driver has no connection that could close, and says so: nothing is lost by that. */
  (void)virConnectRegisterCloseCallback(connection, on_connection_closed, hypervisor, NULL);
}

void
libvirt_events_unwatch(LibvirtEvents *events, virConnectPtr connection)
{
  for (guint i = 0; i < CALLBACKS; i++)
    if (events->callbacks[i] >= 0)
      virConnectDomainEventDeregisterAny(connection, events->callbacks[i]);
  (void)virConnectUnregisterCloseCallback(connection, on_connection_closed);
}

void
libvirt_events_stop(LibvirtEvents *events)
{
  if (events == NULL)
    return;
  g_atomic_int_set(&events->is_stopping, 1);
  virEventUpdateTimeout(events->timer, 0);
  g_thread_join(events->thread);
  virEventRemoveTimeout(events->timer);
  g_free(events);
}
