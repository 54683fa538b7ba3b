/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe's way through REST: sign in, connect, wait until the session is ready, get grants.
 */
#pragma once

#include "client/display/console.h"
#include "common/api_client/api_client.h"
#include "common/api_client/api_session.h"
#include "tests/support/probe/probe_options.h"

/** Signs in at @client as @options say; FALSE with the server's error. */
gboolean probe_rest_sign_in(ApiClient *client, const ProbeOptions *options,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Asks for a desktop and waits by the session's events until it can be opened. The session (transfer full).
 */
ApiSession *probe_rest_connect(ApiClient *client, const ProbeOptions *options,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A grant for @session (transfer full); not taken over from another device. */
ApiConsole *probe_rest_grant(ApiClient *client, const char *session, gboolean take_over,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The RelayTargets of @console, judged as @options say (transfer full). */
GPtrArray *probe_rest_targets(const ApiConsole *console, const ProbeOptions *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
