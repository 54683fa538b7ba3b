/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition of caraway-portal: the relay engine with the public listener, the gate that admits
 * consoles, and the web server with the proxy behind it. Owns the order in which they come up and go down.
 */
#pragma once

#include "common/base/config.h"
#include "common/base/daemon.h"

typedef struct Portal Portal;

/** Reads the joined credentials and the web app, and starts to listen. Errors: CARAWAY_ERROR_CONFIG,
 * CARAWAY_ERROR_PORT_TAKEN. @config must outlive it. */
Portal *portal_new(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** "https://ADDRESS:PORT" for the log, with the port that was really taken (transfer full). */
char *portal_url(const Portal *portal);

/** Stops listening and calls daemon_quit() once the last console and request have ended. */
void portal_drain(Portal *portal, Daemon *daemon);

/** Ends everything at once and frees @portal (nullable). */
void portal_free(Portal *portal);

/** Joins the installation of @token as @config says (docs/protocols.md, section 1); blocks. */
gboolean portal_join(const Config *config, const char *token, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Portal, portal_free)
