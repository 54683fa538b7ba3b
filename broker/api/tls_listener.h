/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepts TLS connections and hands them to the HTTP server: asks for a client certificate without insisting,
 * and refuses one that is not of our CA. Bounds their number and the time of the handshake. Main loop only.
 */
#pragma once

#include "common/net/credentials.h"

#include <libsoup/soup.h>

typedef struct TlsListener TlsListener;

/** Listens on @host (an IP address) and @port (0: any). CARAWAY_ERROR_PORT_TAKEN with a sentence that names
 * the port, CARAWAY_ERROR_CONFIG. @credentials and @server are borrowed. */
TlsListener *tls_listener_new(const char *host, guint16 port, const Credentials *credentials,
                              SoupServer *server, guint max_connections,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The port it listens on. */
guint16 tls_listener_port(const TlsListener *listener);

/** How many connections are open. */
guint tls_listener_count(const TlsListener *listener);

/** Stops to accept; what is open goes on. */
void tls_listener_close(TlsListener *listener);

/** Closes and frees @listener (nullable); connections must be gone or are cut. */
void tls_listener_free(TlsListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsListener, tls_listener_free)
