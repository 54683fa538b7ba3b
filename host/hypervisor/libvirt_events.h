/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libvirt's event loop on a thread of its own and what domains report through it, turned into events of the
 * hypervisor interface.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"

#include <libvirt/libvirt.h>

typedef struct LibvirtEvents LibvirtEvents;

/** Starts the loop; must happen before virConnectOpen(). CARAWAY_ERROR_HYPERVISOR. */
LibvirtEvents *libvirt_events_start(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sends what @connection reports to @hypervisor from now on. */
void libvirt_events_watch(LibvirtEvents *events, virConnectPtr connection, Hypervisor *hypervisor);

/** Takes back libvirt_events_watch(). */
void libvirt_events_unwatch(LibvirtEvents *events, virConnectPtr connection);

/** Stops the loop and frees @events (nullable). */
void libvirt_events_stop(LibvirtEvents *events);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LibvirtEvents, libvirt_events_stop)
