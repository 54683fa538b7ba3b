/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of the host link between a host and the broker (docs/protocols.md section 5), both directions,
 * as plain structs. Texts of a parsed message are borrowed from it; those of a message to build from the
 * caller. Owns the codec alone: no socket, no order of messages.
 */
#pragma once

#include "common/wire/host_command.h"
#include "common/wire/host_values.h"

#include <json-glib/json-glib.h>

#define HOST_MESSAGE_MAX_SIZE     (1024 * 1024)
#define HOST_MESSAGE_VERSION      1
#define HOST_MESSAGE_SUBPROTOCOL  "caraway.host.v1"
#define HOST_MESSAGE_MAX_BOOT_LOG (64 * 1024)
#define HOST_MESSAGE_MAX_FOREIGN  256
#define HOST_MESSAGE_MAX_BROKERS  64

/* Which struct of the union a message carries; the first nine are sent by hosts. */
typedef enum {
  HOST_MESSAGE_HELLO,
  HOST_MESSAGE_HEARTBEAT,
  HOST_MESSAGE_RESULT,
  HOST_MESSAGE_DESKTOP,
  HOST_MESSAGE_DESKTOP_GONE,
  HOST_MESSAGE_CONSOLE,
  HOST_MESSAGE_BOOT_LOG,
  HOST_MESSAGE_IMAGES,
  HOST_MESSAGE_FOREIGN,
  HOST_MESSAGE_WELCOME,
  HOST_MESSAGE_TIME,
  HOST_MESSAGE_KEYS,
  HOST_MESSAGE_COMMAND,
  HOST_MESSAGE_BOOT_LOG_REQUEST, /* "boot-log?" */
  HOST_MESSAGE_IMAGES_REQUEST,   /* "images?", no members */
  HOST_MESSAGE_TYPES
} HostMessageType;

typedef struct {
  HostImage *images;
  guint image_count;
} HostImages;

typedef struct {
  HostForeign *domains;
  HostQuarantined *quarantined;
  guint domain_count, quarantined_count;
} HostForeignList;

typedef struct {
  gint64 version;
  const char *installation;
  gint64 term, broker_time_ms, heartbeat_ms;
  HostGrantKey *grant_keys;
  HostDesktopRef *desktops;
  HostBroker *brokers;        /**< where to dial when this broker is away; none from an older broker */
  HostGrantKey *revoked_keys; /**< as in HostKeys */
  guint grant_key_count, desktop_count, broker_count, revoked_key_count;
} HostWelcome;

typedef struct {
  gint64 broker_time_ms;
} HostTime;

typedef struct {
  HostGrantKey *grant_keys;
  HostGrantKey *revoked_keys; /**< by their ids alone: what they opened ends; none from an older broker */
  guint grant_key_count, revoked_key_count;
} HostKeys;

typedef struct {
  gint64 request;
  const char *desktop;
} HostBootLogRequest;

typedef struct {
  HostMessageType type;
  union {
    HostHello hello;
    HostHeartbeat heartbeat;
    HostResult result;
    HostDesktop desktop;
    HostDesktopGone desktop_gone;
    HostConsole console;
    HostBootLog boot_log;
    HostImages images;
    HostForeignList foreign;
    HostWelcome welcome;
    HostTime time;
    HostKeys keys;
    HostCommand command;
    HostBootLogRequest boot_log_request;
  };
  JsonObject *source; /**< of a parsed message: what its texts live in; NULL in one to build */
} HostMessage;

/**
 * Reads one message of either direction. Returns it (transfer full). Fails with CARAWAY_ERROR_TOO_LARGE,
 * CARAWAY_ERROR_MALFORMED, CARAWAY_ERROR_INVALID; an unknown type is CARAWAY_ERROR_PROTOCOL, which a receiver
 * logs and passes over.
 */
HostMessage *host_message_parse(const char *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The compact JSON text of @message (transfer full). Texts are cut and cleaned to fit their bounds. */
char *host_message_build(const HostMessage *message);

/** Frees a parsed @message (nullable) with all that it borrowed out. */
void host_message_free(HostMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostMessage, host_message_free)
