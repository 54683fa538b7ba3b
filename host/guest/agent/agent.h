/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service inside a desktop: joins the host's port, the login session and the session's helper, keeps what
 * the host knows in step with what is, and carries out what the host asks.
 */
#pragma once

#include <gio/gio.h>

typedef struct Agent Agent;

/** Starts on the system @bus. @port_path: the virtio-serial port; @socket_path: where helpers connect. */
Agent *agent_new(GDBusConnection *bus, const char *port_path, const char *socket_path,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @agent (nullable). */
void agent_free(Agent *agent);
