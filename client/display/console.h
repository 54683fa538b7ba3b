/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One console: a SpiceSession whose channels come through our transport with one grant. It is opened once and
 * ends once; reconnecting is a new console with a new grant. Owns the session and its links; shows nothing.
 */
#pragma once

#include <spice-client.h>

#include "client/display/transport.h"

typedef struct Console Console;

/** What a console tells; after console_free() nothing more. */
typedef struct {
  /** The main channel is up; the others follow. */
  void (*opened)(Console *console, gpointer user_data);
  /**
   * A channel of the session came up (main, display, inputs, …): connect to its signals, wrap it into a
   * widget.
   */
  void (*channel)(Console *console, SpiceChannel *channel, gpointer user_data);
  /**
   * The console is of no use any more, why is in @error: a refusal with its code, or
   * CARAWAY_ERROR_UNREACHABLE when the connection was cut. The last picture is still there until
   * console_free().
   */
  void (*ended)(Console *console, const GError *error, gpointer user_data);
} ConsoleListener;

/** What to open: where and with what. */
typedef struct {
  GPtrArray *targets;         /**< RelayTarget, in the order to try them; at least one */
  const char *preferred_site; /**< try the first target of this site first (nullable) */
  const char *grant;
  gboolean with_audio;
} ConsoleOffer;

/** A console for @offer (copied) over @transport, which outlives it; not opened yet. */
Console *console_new(Transport *transport, const ConsoleOffer *offer, const ConsoleListener *listener,
                     gpointer user_data);

/** Opens the main channel; the others follow by themselves. */
void console_open(Console *console);

/** The session, for SpiceDisplay, SpiceAudio and the like (transfer none). */
SpiceSession *console_session(Console *console);

/** The main channel (transfer none); NULL before it was made. */
SpiceMainChannel *console_main_channel(Console *console);

/** The site by which the console was opened; NULL before that. */
const char *console_site(const Console *console);

/** Bytes that all channels received so far. */
guint64 console_received_bytes(const Console *console);

/** Closes and frees @console (nullable). Not from within its listener's calls. */
void console_free(Console *console);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Console, console_free)
