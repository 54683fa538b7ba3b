/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One console connection from its first byte to its last: a state machine that its loop runs whenever
 * something may have changed. The states' steps live in relay_head.c (which way in), relay_link.c (SPICE
 * link), relay_upstream.c (towards a VM or another relay) and relay_splice.c (moving bytes); this module owns
 * the connection, drives the steps and ends it. Private to common/relay; everything here is called on the
 * connection's loop.
 */
#pragma once

#include "common/relay/relay_end.h"
#include "common/relay/relay_loop.h"
#include "common/spice/spice_guard.h"

#include <sys/socket.h>

typedef enum {
  RELAY_STATE_HANDSHAKE,
  RELAY_STATE_HEAD,
  RELAY_STATE_CLIENT_LINK,
  RELAY_STATE_CLIENT_TICKET,
  RELAY_STATE_ASKED,
  RELAY_STATE_CONNECTING,
  RELAY_STATE_UPSTREAM_TLS,
  RELAY_STATE_UPSTREAM_HEAD,
  RELAY_STATE_UPSTREAM_LINK,
  RELAY_STATE_UPSTREAM_RESULT,
  RELAY_STATE_SPLICE_REPLY, /* SPLICE_*: the link passes from end to end and is watched */
  RELAY_STATE_SPLICE_MECHANISM,
  RELAY_STATE_SPLICE_TICKET,
  RELAY_STATE_SPLICE_RESULT,
  RELAY_STATE_SPLICE,
  RELAY_STATE_STREAM,   /* bytes of other HTTP, for the owner's server */
  RELAY_STATE_SETTLING, /* the client is done with, the server not yet: relay_settle.c */
  RELAY_STATE_CLOSING,
  RELAY_STATE_OVER,
} RelayState;

typedef enum {
  RELAY_RUN_IDLE,
  RELAY_RUN_AGAIN, /**< there is more to do, after others had their turn */
  RELAY_RUN_OVER,  /**< free it */
} RelayRun;

struct RelayConnection {
  RelayLoop *loop;
  RelayShared *shared;
  guint64 id;
  RelayState state;
  gint64 deadline_us; /* 0: none */
  guint64 crowd_key;  /* under which it counts as unfinished; 0: it does not any more */
  RelayEnd client, server;

  /* what the client is and said */
  char *client_address, *peer_identity, *forwarded_address;
  char *credential; /* a secret */
  char *accept_key; /* of a WebSocket request */
  guint16 client_port;
  gboolean peer_is_portal;
  RelayWay way;
  gboolean is_answered; /* its HTTP request was said yes to */
  gboolean has_link;
  SpiceLinkMessage link;

  /* what the owner said */
  gboolean is_admitted;
  RelayPolicy policy;
  char *target_identity, *target_grant; /* the latter a secret */

  /* the spliced streams */
  gsize ticket_remaining;
  SpiceCursor to_server, to_client;
  gboolean to_client_is_opaque; /* its framing was not understood */
  SpiceGuard guard;
  guint64 to_server_bytes, to_client_bytes;
  guint32 session_id;     /* of a main channel, once the server has named it */
  gboolean has_session;   /* the owner was told of it */
  gboolean is_unsettled;  /* see relay_settle.h */
  gboolean awaits_result; /* of the link, while settling */

  CarawayErrorCode end_code;
  char *end_detail;
};

/** A connection that was just accepted on @fd (transfer full), and has entered the crowd as @crowd_key. */
RelayConnection *relay_connection_new(RelayLoop *loop, guint64 id, int fd,
                                      const struct sockaddr_storage *address, guint64 crowd_key);

/** Its id, in memory that lives as long as it. */
const guint64 *relay_connection_id(const RelayConnection *connection);

/** Does all that can be done now, within a bound. */
RelayRun relay_connection_run(RelayConnection *connection);

/** Whether its present limit has passed at @now_us (monotonic). */
gboolean relay_connection_is_late(const RelayConnection *connection, gint64 now_us);

/** Its limit has passed: answers or ends it. */
void relay_connection_expire(RelayConnection *connection);

/** Whether the relay itself is the SPICE end point towards the client. */
gboolean relay_connection_is_end_point(const RelayConnection *connection);

/** Enters @state and gives it @limit_us (0: no limit). */
void relay_connection_enter(RelayConnection *connection, RelayState state, gint64 limit_us);

/** Asks the owner whether it may go on. */
void relay_connection_ask(RelayConnection *connection);

/** Says no in the words of the client's way, and closes. Nothing is told twice: later calls are ignored. */
void relay_connection_refuse(RelayConnection *connection, CarawayErrorCode code, const char *detail);

/** Closes after what waits for the client was sent. @code CARAWAY_ERROR_LAST is an ordinary end. */
void relay_connection_end(RelayConnection *connection, CarawayErrorCode code, const char *detail);

/** The server may be closed: does it, tells the owner, and lets the client hear the end. */
void relay_connection_finish(RelayConnection *connection);

/** Whether it has to be run on each tick: it waits for another connection. */
gboolean relay_connection_wants_ticks(const RelayConnection *connection);

/** Tells the owner that the admitted connection has ended, and frees it (nullable). */
void relay_connection_free(RelayConnection *connection);
