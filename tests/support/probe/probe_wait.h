/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for something while the main loop runs, with a limit: what lets the probe read from top to bottom.
 */
#pragma once

#include <glib.h>

/** Whether what is waited for has come; @data as handed to probe_wait(). Looked at every 20 ms at least. */
typedef gboolean (*ProbeCondition)(gpointer data);

/** Runs the main loop until @condition or until @limit_ms is over (FALSE). */
gboolean probe_wait(ProbeCondition condition, gpointer data, gint64 limit_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Runs the main loop for @pause_ms. */
void probe_pause(gint64 pause_ms);
