/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtio-serial port to the host. The host end may not be there yet, may go and come back (its agent was
 * restarted); this module opens the port anew each time and tells. It does not look into messages.
 */
#pragma once

#include "common/wire/guest_message.h"

typedef struct HostPort HostPort;

typedef struct {
  void (*on_connected)(gpointer user_data);                            /**< the host end is there */
  void (*on_message)(const GuestMessage *message, gpointer user_data); /**< borrowed for the call */
} HostPortEvents;

/** Watches the port at @path, e.g. /dev/virtio-ports/org.caraway.guest.0. @events is static. */
HostPort *host_port_new(const char *path, const HostPortEvents *events, gpointer user_data);

/** Sends @message if the host end is there; else it is dropped, as the host asks for all when it comes. */
void host_port_send(HostPort *port, const GuestMessage *message);

/** Frees @port (nullable). */
void host_port_free(HostPort *port);
