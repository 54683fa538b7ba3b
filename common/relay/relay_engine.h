/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console engine that caraway-relay and caraway-portal share: a few epoll threads that own a listening
 * TLS socket, tell the ways in apart (docs/protocols.md section 3), ask their owner whether a connection may
 * go on, connect it and move its bytes. Owns every descriptor that it accepted or was given; decides nothing:
 * who may connect where is the owner's word (RelayRequest).
 *
 * Threads: every function here is called by the owner's thread, the one that iterates the `context` given at
 * the start, and every callback runs there. Console bytes never touch that thread. Callbacks arrive in the
 * order in which things happened; the id of a session (session_known) comes before any request that could
 * make use of it.
 */
#pragma once

#include "common/net/credentials.h"
#include "common/relay/relay_request.h"

#include <openssl/ssl.h>

typedef struct RelayEngine RelayEngine;

/** How an admitted connection ended. */
typedef struct {
  guint64 connection;    /**< relay_request_connection() of the request that admitted it */
  CarawayErrorCode code; /**< CARAWAY_ERROR_LAST for an ordinary end */
  const char *detail;    /**< a sentence for the log (borrowed) */
  guint64 to_client_bytes, to_server_bytes;
} RelayClosed;

/** What the owner answers for. */
typedef struct {
  /**
   * A connection asks to go on; the owner answers at once or later by one function of relay_request.h. The
   * reference belongs to the owner (transfer full); dropping it without an answer refuses with `internal`.
   */
  void (*admit)(RelayRequest *request, gpointer user_data);
  /** The server named the session of main channel @connection (MAIN_INIT). Nullable. */
  void (*session_known)(guint64 connection, guint32 session_id, gpointer user_data);
  /** An admitted connection has ended. Called exactly once for each answer that admitted, also when the
   * client had gone before the answer came. */
  void (*closed)(const RelayClosed *closed, gpointer user_data);
  /**
   * Other HTTP: @fd (transfer full) is a stream socket that carries the decrypted bytes from the first one
   * on, for soup_server_accept_iostream(). Nullable: such connections are then answered 404.
   */
  void (*stream)(int fd, const char *client_address, guint16 client_port, gpointer user_data);
} RelayOwner;

typedef struct {
  const char *address; /**< where to listen, an IP address */
  guint16 port;        /**< 0 takes a free one */
  SSL_CTX *server_tls; /**< own certificate, peers' certificates optional; a reference is taken */
  SSL_CTX *client_tls; /**< for upstreams by TLS; nullable where there are none; a reference is taken */
  const Credentials *credentials; /**< who we are: peers with a certificate must be of our installation and
                                     not revoked; borrowed for life */
  guint threads;                  /**< 1 … 16 */
  guint max_connections;          /**< further ones are closed at once */
  guint max_unfinished;           /**< of one client address before their console or HTTP begins, as before;
                                       portals are free of it once they have shown their certificate */
  guint setup_limit_ms; /**< for each step: TLS handshake, request head, link, upstream; 0 means 10 s */
} RelayEngineConfig;

/** Counts since the start, for /metrics. */
typedef struct {
  guint64 accepted, active, refused, over_limit, over_address_limit;
  guint64 handshakes_failed, timed_out, malformed, violations;
  guint64 unparsed_streams; /**< server streams whose framing was not understood and passed on as they were */
  guint64 to_client_bytes, to_server_bytes;
} RelayCounters;

/**
 * Binds, listens and starts the threads. @context: the owner's main context. Fails with
 * CARAWAY_ERROR_PORT_TAKEN when the port is in use, else with CARAWAY_ERROR_CONFIG. Everything in @config is
 * copied.
 */
RelayEngine *relay_engine_new(const RelayEngineConfig *config, const RelayOwner *owner, gpointer user_data,
                              GMainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The port that the engine listens on. */
guint16 relay_engine_port(const RelayEngine *engine);

/** Ends the connection @connection for the reason @code; `closed` follows. Unknown ids are ignored. */
void relay_engine_cut(RelayEngine *engine, guint64 connection, CarawayErrorCode code);

/** Stops listening; what is connected lives on. */
void relay_engine_stop_listening(RelayEngine *engine);

/** Reads the counters. */
void relay_engine_get_counters(RelayEngine *engine, RelayCounters *ret_counters);

/** Ends every connection and joins the threads (nullable). No callback runs afterwards. */
void relay_engine_free(RelayEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayEngine, relay_engine_free)
