/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's HTTP face: listens, reads requests, has them answered on workers, writes the answers, streams
 * events, and upgrades host links. It has a thread and a loop of its own, beside the main loop with its host
 * links. Owns no rule about who may do what: those are the routes'. To be called from the main loop.
 */
#pragma once

#include "broker/api/api_context.h"
#include "broker/hostlink/host_link_hub.h"
#include "common/net/credentials.h"

typedef struct ApiServer ApiServer;

/** All borrowed for the server's life. */
typedef struct {
  const ApiContext *context; /**< its `loop` is the server's to set, in a copy */
  const char *folder;        /**< identity.pem, identity.key and ca.pem */
  const Credentials *credentials;
  HostLinkHub *hub;
  const char *host; /**< IP address to listen on */
  guint16 port;     /**< 0: any */
  guint workers;
  guint queue_limit;
  guint max_connections;
} ApiServerSettings;

/** A server that listens. CARAWAY_ERROR_PORT_TAKEN, CARAWAY_ERROR_CONFIG. */
ApiServer *api_server_new(const ApiServerSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The port it listens on. */
guint16 api_server_port(const ApiServer *server);

/** Certificates were revoked: ends the connections of machines whose certificates do not count any more. From
 * any thread while the server lives. */
void api_server_review(ApiServer *server);

/** The broker has another certificate: new connections are shown it. From any thread. */
void api_server_renew(ApiServer *server);

/** Stops to accept connections, ends event streams, and calls @drained with @user_data once every request
 * that came in is answered. */
void api_server_drain(ApiServer *server, GSourceOnceFunc drained, gpointer user_data);

/** Cuts what is open and frees @server (nullable). */
void api_server_free(ApiServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiServer, api_server_free)
