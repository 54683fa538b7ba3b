/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The opening handshake of a host link (RFC 6455, 4.2): whether a request may become one, the answer to it,
 * and the WebSocket on the stream that is left.
 */
#pragma once

#include "common/net/http_head.h"
#include "common/net/identity.h"

#include <libsoup/soup.h>

/** The head of the answer that upgrades the request of @peer (nullable) with @head (transfer full); NULL with
 * @ret_status and CARAWAY_ERROR_UNTRUSTED or CARAWAY_ERROR_PROTOCOL when it may not. No extension is agreed
 * on. */
char *host_upgrade_accept(const HttpHead *head, const Identity *peer, guint *ret_status,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The WebSocket on @stream (transfer full), in the calling thread's main context. */
SoupWebsocketConnection *host_upgrade_open(GIOStream *stream);
