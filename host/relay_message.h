/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What agent and relay say to each other on one host (docs/protocols.md section 4): one JSON object a
 * message. Codec of the agent's side: it builds what the agent says and reads what the relay says.
 */
#pragma once

#include "common/wire/host_message.h"

#define RELAY_MESSAGE_MAX_SIZE (64 * 1024)

typedef enum {
  RELAY_MESSAGE_OPEN,
  RELAY_MESSAGE_CONSOLE,
  RELAY_MESSAGE_CONSOLES,
} RelayMessageType;

typedef struct {
  gint64 request;
  const char *desktop, *channel;
} RelayOpen;

typedef struct {
  const char *session, *desktop, *user, *client, *viewer;
  int state;          /**< HostConsoleState */
  const char *reason; /**< nullable */
} RelayConsole;

typedef struct {
  RelayMessageType type;
  RelayOpen open;
  RelayConsole console;
  RelayConsole *sessions;
  guint session_count;
  JsonObject *source; /**< what the texts are borrowed from */
} RelayMessage;

/** Reads a message of the relay (transfer full). An unknown type is CARAWAY_ERROR_PROTOCOL. */
RelayMessage *relay_message_parse(const char *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @message (nullable). */
void relay_message_free(RelayMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayMessage, relay_message_free)

/** The whole state; desktops that are not in it are gone. All texts that are built: transfer full. */
typedef struct {
  const char *installation, *host;
  HostGrantKey *grant_keys, *revoked_keys;
  HostDesktopRef *desktops;
  guint grant_key_count, revoked_key_count, desktop_count;
  gint64 broker_time_ms;
} RelayState;

/** {"type":"state",…} */
char *relay_message_state(const RelayState *state);

/** {"type":"keys",…} */
char *relay_message_keys(const HostKeys *keys);

/** {"type":"brokers",…}: @urls (NULL-terminated) of brokers that the agent was told of. */
char *relay_message_brokers(const char *const *urls);

/** {"type":"time",…} */
char *relay_message_time(gint64 broker_time_ms);

/** {"type":"desktop",…}: made, or its epoch raised. */
char *relay_message_desktop(const char *id, Epoch epoch);

/** {"type":"desktop-gone",…} */
char *relay_message_desktop_gone(const char *id);

/** {"type":"cut",…} */
char *relay_message_cut(const char *session, const char *reason);

/** {"type":"opened",…}; @error NULL when the channel was handed over. */
char *relay_message_opened(gint64 request, const GError *error);
