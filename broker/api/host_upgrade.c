/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/host_upgrade.h"

#include "common/base/error.h"
#include "common/net/websocket_frame.h"
#include "common/wire/host_message.h"

static char *
fail(guint *ret_status, guint status, GError **error, CarawayErrorCode code, const char *sentence)
{
  *ret_status = status;
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, sentence);
  return NULL;
}

static gboolean
asks_for_websocket(const HttpHead *head)
{
  g_autofree char *version = http_head_get(head, "Sec-WebSocket-Version");
  return head->minor_version == 1 && http_head_has_token(head, "Connection", "Upgrade") &&
         http_head_has_token(head, "Upgrade", "websocket") && g_strcmp0(version, "13") == 0;
}

char *
host_upgrade_accept(const HttpHead *head, const Identity *peer, guint *ret_status, GError **error)
{
  if (peer == NULL || peer->role != IDENTITY_HOST)
    return fail(ret_status, 403, error, CARAWAY_ERROR_UNTRUSTED,
                "Only hosts of this installation dial in here.");
  if (!asks_for_websocket(head))
    return fail(ret_status, 426, error, CARAWAY_ERROR_PROTOCOL, "Hosts dial in here by WebSocket.");
  g_autofree char *key = http_head_get(head, "Sec-WebSocket-Key");
  g_autofree char *accept = websocket_accept_key(key);
  if (accept == NULL || !http_head_has_token(head, "Sec-WebSocket-Protocol", HOST_MESSAGE_SUBPROTOCOL))
    return fail(ret_status, 400, error, CARAWAY_ERROR_PROTOCOL,
                "The WebSocket needs a key and the protocol " HOST_MESSAGE_SUBPROTOCOL ".");
  return g_strdup_printf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
                         accept, HOST_MESSAGE_SUBPROTOCOL);
}

SoupWebsocketConnection *
host_upgrade_open(GIOStream *stream)
{
  g_autoptr(GUri) uri = g_uri_parse("wss://broker/internal/hostlink", G_URI_FLAGS_NONE, NULL);
  SoupWebsocketConnection *socket = soup_websocket_connection_new(
      stream, uri, SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, HOST_MESSAGE_SUBPROTOCOL, NULL);
  g_object_unref(stream);
  return socket;
}
