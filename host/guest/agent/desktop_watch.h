/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the X server of the session knows: is a whole desktop on the screen (a dock and a desktop window, as
 * the window manager lists them, EWMH _NET_CLIENT_LIST), and for how long has nobody touched anything
 * (XScreenSaverQueryInfo(3)).
 */
#pragma once

#include <glib.h>

typedef struct DesktopWatch DesktopWatch;

/** Called once, when panel and desktop are both on the screen. */
typedef void (*DesktopWatchUp)(gpointer user_data);

/** Watches the display that DISPLAY names; NULL and @error (CARAWAY_ERROR_NOT_READY) when it cannot. */
DesktopWatch *desktop_watch_new(DesktopWatchUp up, gpointer user_data,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Milliseconds since the last input. */
gint64 desktop_watch_idle_ms(DesktopWatch *watch);

/** Frees @watch (nullable). */
void desktop_watch_free(DesktopWatch *watch);
