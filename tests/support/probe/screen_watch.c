/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/screen_watch.h"

#include <cairo.h>
#include <string.h>

#include "common/base/error.h"

#define COLOUR_MASK           0x00ffffff
#define OTHER_COLOUR_FRACTION 200

struct ScreenWatch {
  SpiceDisplayChannel *channel;
  const guint8 *pixels; /* the channel's; NULL without a surface */
  int width, height, stride;
  guint updates;
};

static void
on_primary_create(SpiceChannel *channel, int format, int width, int height, int stride, int shmid,
                  gpointer pixels, gpointer user_data)
{
  ScreenWatch *watch = user_data;
  watch->pixels = format == SPICE_SURFACE_FMT_32_xRGB || format == SPICE_SURFACE_FMT_32_ARGB ? pixels : NULL;
  watch->width = width;
  watch->height = height;
  watch->stride = stride;
  watch->updates++;
}

static void
on_primary_destroy(SpiceChannel *channel, gpointer user_data)
{
  ScreenWatch *watch = user_data;
  watch->pixels = NULL;
}

static void
on_invalidate(SpiceChannel *channel, int x, int y, int width, int height, gpointer user_data)
{
  ScreenWatch *watch = user_data;
  watch->updates++;
}

ScreenWatch *
screen_watch_new(SpiceDisplayChannel *channel)
{
  ScreenWatch *watch = g_new0(ScreenWatch, 1);
  watch->channel = g_object_ref(channel);
  g_signal_connect(channel, "display-primary-create", G_CALLBACK(on_primary_create), watch);
  g_signal_connect(channel, "display-primary-destroy", G_CALLBACK(on_primary_destroy), watch);
  g_signal_connect(channel, "display-invalidate", G_CALLBACK(on_invalidate), watch);
  return watch;
}

void
screen_watch_free(ScreenWatch *watch)
{
  if (watch == NULL)
    return;
  g_signal_handlers_disconnect_by_data(watch->channel, watch);
  g_object_unref(watch->channel);
  g_free(watch);
}

static guint32
pixel_at(const ScreenWatch *watch, int x, int y)
{
  guint32 pixel = 0;
  memcpy(&pixel, watch->pixels + (gsize)y * (gsize)watch->stride + (gsize)x * 4, sizeof pixel);
  return pixel & COLOUR_MASK;
}

gboolean
screen_watch_has_picture(const ScreenWatch *watch)
{
  if (watch->pixels == NULL)
    return FALSE;
  guint others = 0;
  guint wanted = (guint)(watch->width * watch->height / OTHER_COLOUR_FRACTION);
  guint32 first = pixel_at(watch, 0, 0);
  for (int y = 0; y < watch->height; y++) {
    for (int x = 0; x < watch->width; x++) {
      if (pixel_at(watch, x, y) != first && ++others > wanted)
        return TRUE;
    }
  }
  return FALSE;
}

guint
screen_watch_updates(const ScreenWatch *watch)
{
  return watch->updates;
}

Picture *
screen_watch_copy(const ScreenWatch *watch)
{
  if (watch->pixels == NULL)
    return NULL;
  Picture *picture = g_new0(Picture, 1);
  picture->width = watch->width;
  picture->height = watch->height;
  picture->pixels = g_new(guint32, (gsize)watch->width * (gsize)watch->height);
  for (int y = 0; y < watch->height; y++) {
    for (int x = 0; x < watch->width; x++)
      picture->pixels[y * watch->width + x] = pixel_at(watch, x, y);
  }
  return picture;
}

static void
include_point(PictureChange *change, int x, int y)
{
  if (change->pixels++ == 0) {
    *change = (PictureChange){1, x, y, x + 1, y + 1};
    return;
  }
  change->left = MIN(change->left, x);
  change->top = MIN(change->top, y);
  change->right = MAX(change->right, x + 1);
  change->bottom = MAX(change->bottom, y + 1);
}

PictureChange
picture_compare(const Picture *before, const Picture *after)
{
  PictureChange change = {0};
  if (before->width != after->width || before->height != after->height)
    return (PictureChange){(guint)(after->width * after->height), 0, 0, after->width, after->height};
  for (int y = 0; y < after->height; y++) {
    for (int x = 0; x < after->width; x++) {
      if (before->pixels[y * after->width + x] != after->pixels[y * after->width + x])
        include_point(&change, x, y);
    }
  }
  return change;
}

gboolean
picture_save(const Picture *picture, const char *path, GError **error)
{
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data((unsigned char *)picture->pixels, CAIRO_FORMAT_RGB24,
                                          picture->width, picture->height, picture->width * 4);
  cairo_status_t status = cairo_surface_write_to_png(surface, path);
  cairo_surface_destroy(surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "cannot write the picture %s: %s", path,
              cairo_status_to_string(status));
  return FALSE;
}

void
picture_free(Picture *picture)
{
  if (picture == NULL)
    return;
  g_free(picture->pixels);
  g_free(picture);
}
