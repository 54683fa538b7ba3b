/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desktop's screen follows the viewer's window: when the virtual graphics card offers another preferred
 * mode, it is applied, which the light desktops do not do by themselves (RandR 1.3 or newer). What a person
 * sets by hand stands until the viewer asks for another size.
 */
#pragma once

#include <glib.h>

typedef struct ScreenFollow ScreenFollow;

/**
 * Follows on the display that DISPLAY names, at once and at each change; NULL and @error
 * (CARAWAY_ERROR_NOT_READY) when it cannot. X errors must be ignored by then, see desktop_watch_new().
 */
ScreenFollow *screen_follow_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @follow (nullable). */
void screen_follow_free(ScreenFollow *follow);
