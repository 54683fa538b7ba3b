/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP side of the portal: libsoup's server on connections that the relay engine accepted, a table of
 * routes to the web app's files, the reverse proxy and the portal's own health and metrics. Owns the limits
 * on requests.
 */
#pragma once

#include "portal/api_proxy.h"
#include "portal/web_files.h"

typedef struct WebServer WebServer;

/** Where the routes lead. All is borrowed and must outlive the server. */
typedef struct {
  const WebFiles *files;
  ApiProxy *proxy;
  PortalCounters *counters;
  const char *site; /**< name of the site, for people */
  /** The text of /metrics (transfer full). */
  char *(*metrics)(gpointer user_data);
  /** NULL when the portal can serve, else what is missing (transfer full). */
  char *(*readiness)(gpointer user_data);
  gpointer user_data;
} WebServerParts;

typedef struct {
  guint max_body_bytes;
  FrontLimits connection;
} WebServerLimits;

/** A server without a connection. */
WebServer *web_server_new(const WebServerParts *parts, const WebServerLimits *limits);

/** Serves the plain HTTP of the stream socket @fd (transfer full), which comes from @client_address. */
void web_server_take(WebServer *server, int fd, const char *client_address, guint16 client_port);

/** Ends the connections that wait for a request, and every other with its answer: for a shutdown. */
void web_server_drain(WebServer *server);

/** Whether no connection is open. */
gboolean web_server_is_idle(const WebServer *server);

/** Ends every connection and frees @server (nullable). */
void web_server_free(WebServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebServer, web_server_free)
