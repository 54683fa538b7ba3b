/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caraway-guest --session`: the part of the agent that lives in the user's session, as the user. Tells the
 * service when the desktop is up and how long it has been idle, shows messages, and lets the screen follow
 * the viewer. Ends with the session.
 */
#pragma once

#include <glib.h>

/**
 * Runs until the X server goes away or SIGTERM comes. @path: the service's socket. Returns FALSE and @error
 * when there is no X server to watch.
 */
gboolean session_helper_run(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
