/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a display channel shows: the primary surface, how often it changed, copies of it and their
 * differences.
 */
#pragma once

#include <spice-client.h>

typedef struct ScreenWatch ScreenWatch;

/** A copy of the picture at one moment, 32 bits a pixel (x, red, green, blue). */
typedef struct {
  int width, height;
  guint32 *pixels;
} Picture;

/** Where two pictures differ. */
typedef struct {
  guint pixels;                 /**< how many differ; all, where the sizes do */
  int left, top, right, bottom; /**< the box around them; right and bottom are outside */
} PictureChange;

/** Watches @channel (referenced) from now on. */
ScreenWatch *screen_watch_new(SpiceDisplayChannel *channel);

/** Whether there is a picture with more than one colour: at least one pixel in 200 is unlike the first. */
gboolean screen_watch_has_picture(const ScreenWatch *watch);

/** Number of updates so far. */
guint screen_watch_updates(const ScreenWatch *watch);

/** A copy of the picture (transfer full); NULL when there is none. */
Picture *screen_watch_copy(const ScreenWatch *watch);

/** Stops watching (nullable). */
void screen_watch_free(ScreenWatch *watch);

/** How @after differs from @before. */
PictureChange picture_compare(const Picture *before, const Picture *after);

/** Writes @picture to the PNG file @path. */
gboolean picture_save(const Picture *picture, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @picture (nullable). */
void picture_free(Picture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScreenWatch, screen_watch_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)
