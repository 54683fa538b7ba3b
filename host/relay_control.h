/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's connection to this host's relay: a Unix socket of whole messages (SOCK_SEQPACKET), opened again
 * whenever it ends. Owns the socket, not what is said on it. Works on the default main context.
 */
#pragma once

#include "host/relay_message.h"

typedef struct RelayControl RelayControl;

typedef struct {
  void (*connected)(gpointer user_data); /**< say the whole state now */
  /** @fd: the descriptor that came along, -1 for none; (transfer full). */
  void (*message)(const RelayMessage *message, int fd, gpointer user_data);
  void (*disconnected)(gpointer user_data);
} RelayControlListener;

/** Starts connecting to the socket @path. @listener and @user_data outlive it. */
RelayControl *relay_control_new(const char *path, const RelayControlListener *listener, gpointer user_data);

/** Sends @text (transfer full) if connected. A relay that takes nothing more is disconnected. */
void relay_control_send(RelayControl *control, char *text);

/** Whether the relay is there. */
gboolean relay_control_is_connected(const RelayControl *control);

/** Closes and frees @control (nullable); consoles live on. */
void relay_control_free(RelayControl *control);
