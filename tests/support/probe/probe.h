/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One desktop opened as the real client opens it, by the same transport, without a window: sign in, connect,
 * see the first picture, type, see it change. Owns the console and what it measures.
 */
#pragma once

#include "tests/support/probe/probe_options.h"
#include "tests/support/probe/screen_watch.h"

typedef struct Probe Probe;

/** What was measured, in milliseconds of steady time. */
typedef struct {
  gint64 login_ms;       /**< POST login until its answer */
  gint64 connect_ms;     /**< POST connect until the session is ready and the grant is there */
  gint64 first_frame_ms; /**< opening the console until it shows more than one colour */
  gint64 typed_ms;       /**< Enter pressed until the picture showed it; 0 without typing */
  guint changed_pixels;  /**< by what was typed last */
  guint reconnects;      /**< consoles that were opened again */
} ProbeMeasures;

/** A probe for @options (borrowed). Fails when the server's address or CA file is wrong (transfer full). */
Probe *probe_new(const ProbeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Signs in and gets a desktop that can be opened. */
gboolean probe_connect(Probe *probe, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Opens the console and waits for the first picture; again with a new grant when it was open before. */
gboolean probe_open(Probe *probe, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Waits until the picture has been nearly still for 1.2 s, or for 18 s. */
gboolean probe_settle(Probe *probe, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Presses Ctrl+Alt+T and waits until a good part of the picture has changed. */
gboolean probe_open_terminal(Probe *probe, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Types @text and Enter and waits until the picture changed by at least that many characters. */
gboolean probe_type(Probe *probe, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Saves the picture as it is now to the PNG file @path. */
gboolean probe_screenshot(Probe *probe, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Why the console ended (transfer none); NULL while it lives. */
const GError *probe_cut(const Probe *probe);

/** What was measured so far. */
const ProbeMeasures *probe_measures(const Probe *probe);

/** Number of picture updates of the console that is open. */
guint probe_updates(const Probe *probe);

/** One JSON object with the measures, way in, size and session (transfer full). */
char *probe_to_json(const Probe *probe);

/** Ends the console and frees @probe (nullable). */
void probe_free(Probe *probe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)
