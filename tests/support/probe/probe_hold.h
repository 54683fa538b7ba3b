/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping a console open while a test does things to the daemons. Commands come as lines on standard input,
 * and each is answered with one line of JSON on standard output: "type TEXT" types into the terminal and
 * waits for it to show, "screenshot PNG" saves the picture, "state" tells how things are. The end of the
 * input ends the hold.
 */
#pragma once

#include "tests/support/probe/probe.h"

/**
 * Holds @probe until standard input ends. A console that is cut is an error, or with @reconnect opened again
 * with a new grant for as long as @limit_ms, and counted.
 */
gboolean probe_hold(Probe *probe, gboolean reconnect, gint64 limit_ms,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
