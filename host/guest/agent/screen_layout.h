/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of the screen each output of the desktop is to show: the size that its monitor prefers, which is
 * what the viewer asked the virtual graphics card for. Pure: outputs in, layout out.
 */
#pragma once

#include <glib.h>

#define SCREEN_LAYOUT_MAX_OUTPUTS 16

/** An output as the X server describes it. */
typedef struct {
  gboolean is_connected;
  int width, height; /**< the preferred mode, pixels; 0 when it has none */
  gboolean has_place;
  int x, y; /**< with has_place: where the viewer has this monitor */
} ScreenOutput;

/** What an output shows. */
typedef struct {
  gboolean is_on;
  int x, y, width, height; /**< 0 when off */
} ScreenHead;

/** The screen, and the heads in the order of the outputs. */
typedef struct {
  int width, height;
  guint count;
  ScreenHead heads[SCREEN_LAYOUT_MAX_OUTPUTS];
} ScreenLayout;

/**
 * Lays out the first @count (at most SCREEN_LAYOUT_MAX_OUTPUTS) @outputs on a screen of at most @max_width ×
 * @max_height: where the viewer wants them, or, unless all say so without overlapping, left to right. What
 * does not fit, is not connected or has no size is off. FALSE when nothing would be on: better leave it as it
 * is.
 */
gboolean screen_layout_decide(const ScreenOutput *outputs, guint count, int max_width, int max_height,
                              ScreenLayout *ret_layout) G_GNUC_WARN_UNUSED_RESULT;

/** Whether both show the same. */
gboolean screen_layout_equals(const ScreenLayout *one, const ScreenLayout *other);
