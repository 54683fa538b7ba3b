/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOCK_SEQPACKET Unix sockets: listening under a name, and messages of at most 64 KiB with at most one
 * descriptor.
 */
#pragma once

#include <glib.h>

#define AGENT_MESSAGE_MAX 65536

/** Listens at @path with mode 0660, in place of a socket that nobody listens on any more. Nonblocking.
 * CARAWAY_ERROR_PORT_TAKEN when somebody does, else CARAWAY_ERROR_CONFIG. -1 on failure. */
int agent_socket_listen(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sends @text, with @fd unless that is -1. FALSE when the peer is gone or does not read. */
gboolean agent_socket_send(int socket_fd, const char *text, int fd) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
  AGENT_SOCKET_MESSAGE,
  AGENT_SOCKET_NOTHING, /**< nothing waits */
  AGENT_SOCKET_GONE,    /**< closed, broken, or a message too long */
} AgentSocketResult;

/** Receives one message into @buffer of AGENT_MESSAGE_MAX + 1 bytes. Descriptors sent to us are closed. */
AgentSocketResult agent_socket_receive(int socket_fd, char *buffer, gsize *ret_size);
