/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket on which the host's agent reaches the relay (docs/protocols.md section 4): one agent at
 * a time, a newer connection replaces the older. Owns the socket, the framing of messages and the channel
 * openings that wait for an answer; knows nothing of consoles.
 */
#pragma once

#include "common/wire/epoch.h"

#include <json-glib/json-glib.h>

typedef struct AgentPort AgentPort;

typedef struct {
  /** An agent has connected: time to tell it what lives. */
  void (*connected)(gpointer user_data);
  /** A message other than `opened`; already bounded, of any type. */
  void (*message)(const char *type, JsonObject *message, gpointer user_data);
} AgentPortListener;

/** The answer to an opening: a connected socket whose other end QEMU has (transfer full), or -1 and @error.
 */
typedef void (*AgentPortOpened)(int fd, const GError *error, gpointer user_data);

/** Listens at @path, mode 0660. CARAWAY_ERROR_CONFIG when it cannot, CARAWAY_ERROR_PORT_TAKEN when another
 * relay listens there. */
AgentPort *agent_port_new(const char *path, const AgentPortListener *listener, gpointer user_data,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether an agent is connected. */
gboolean agent_port_has_agent(const AgentPort *port);

/** Sends @message (transfer full) to the agent; without one it is lost. */
void agent_port_send(AgentPort *port, JsonBuilder *message);

/**
 * Has the agent open a @channel of @desktop. Waits at most 10 s for an agent and its answer; @opened is
 * called once, never before this returns. After agent_port_free() it is not called any more.
 */
void agent_port_open(AgentPort *port, const char *desktop, const char *channel, AgentPortOpened opened,
                     gpointer user_data);

/** Closes the socket and removes its name (nullable). */
void agent_port_free(AgentPort *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentPort, agent_port_free)
