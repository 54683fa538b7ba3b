/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listens, accepts, and keeps the set of connections: how many there may be, and that none takes longer than
 * it may. When there is no room, the one goes that has rested for the longest time. In the thread of its loop
 * only, but for tls_listener_new(), tls_listener_port() and tls_listener_free().
 */
#pragma once

#include "broker/api/http/http_connection.h"

typedef struct TlsListener TlsListener;

/** What it needs; borrowed for life. */
typedef struct {
  GMainContext *context;
  SSL_CTX *tls;
  const HttpConnectionEvents *events; /**< `rests` and `ended` are the listener's own and NULL here */
  gpointer user_data;
  guint max_connections;
} TlsListenerSettings;

/** Listens on @host (an IP address) and @port (0: any). CARAWAY_ERROR_PORT_TAKEN with a sentence that names
 * the port, CARAWAY_ERROR_CONFIG. */
TlsListener *tls_listener_new(const char *host, guint16 port, const TlsListenerSettings *settings,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The port it listens on. */
guint16 tls_listener_port(const TlsListener *listener);

/** Ends the connections whose peers do not count any more: @counts is asked of each machine. */
void tls_listener_review(TlsListener *listener, gboolean (*counts)(const Identity *peer, gpointer user_data),
                         gpointer user_data);

/** Stops to accept, ends what rests, and every other connection with its answer. */
void tls_listener_drain(TlsListener *listener);

/** Whether a request is being worked on, or its answer written. */
gboolean tls_listener_is_busy(const TlsListener *listener);

/** Stops to accept and cuts what is open. */
void tls_listener_cut(TlsListener *listener);

/** Frees @listener (nullable), which was cut; no thread runs its loop any more. */
void tls_listener_free(TlsListener *listener);
