/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/screen_layout.h"

/* Far more than any screen, and small enough that sums stay far from overflow. */
#define MAX_COORDINATE (1 << 20)

static gboolean
is_usable(const ScreenOutput *output, int max_width, int max_height)
{
  return output->is_connected && output->width > 0 && output->height > 0 && output->width <= max_width &&
         output->height <= max_height;
}

static gboolean
is_sane_place(const ScreenOutput *output)
{
  return output->has_place && ABS((gint64)output->x) <= MAX_COORDINATE &&
         ABS((gint64)output->y) <= MAX_COORDINATE;
}

static gboolean
overlap(const ScreenHead *one, const ScreenHead *other)
{
  return one->is_on && other->is_on && one->x < other->x + other->width && other->x < one->x + one->width &&
         one->y < other->y + other->height && other->y < one->y + one->height;
}

/* Moves all so that the screen begins at 0, 0, and measures it. */
static void
normalize(ScreenLayout *layout)
{
  int left = MAX_COORDINATE, top = MAX_COORDINATE;
  for (guint i = 0; i < layout->count; i++) {
    if (!layout->heads[i].is_on)
      continue;
    left = MIN(left, layout->heads[i].x);
    top = MIN(top, layout->heads[i].y);
  }
  layout->width = layout->height = 0;
  for (guint i = 0; i < layout->count; i++) {
    ScreenHead *head = &layout->heads[i];
    if (!head->is_on)
      continue;
    head->x -= left;
    head->y -= top;
    layout->width = MAX(layout->width, head->x + head->width);
    layout->height = MAX(layout->height, head->y + head->height);
  }
}

/* FALSE when an output that can be on says no place, when two overlap, or when it is too large. */
static gboolean
place_as_asked(const ScreenOutput *outputs, int max_width, int max_height, ScreenLayout *layout)
{
  for (guint i = 0; i < layout->count; i++) {
    if (!is_usable(&outputs[i], max_width, max_height))
      continue;
    if (!is_sane_place(&outputs[i]))
      return FALSE;
    layout->heads[i] = (ScreenHead){TRUE, outputs[i].x, outputs[i].y, outputs[i].width, outputs[i].height};
    for (guint other = 0; other < i; other++)
      if (overlap(&layout->heads[i], &layout->heads[other]))
        return FALSE;
  }
  normalize(layout);
  return layout->width <= max_width && layout->height <= max_height;
}

static void
place_left_to_right(const ScreenOutput *outputs, int max_width, int max_height, ScreenLayout *layout)
{
  int x = 0;
  for (guint i = 0; i < layout->count; i++) {
    const ScreenOutput *output = &outputs[i];
    layout->heads[i] = (ScreenHead){0};
    if (!is_usable(output, max_width, max_height) || output->width > max_width - x)
      continue;
    layout->heads[i] = (ScreenHead){TRUE, x, 0, output->width, output->height};
    x += output->width;
  }
  normalize(layout);
}

gboolean
screen_layout_decide(const ScreenOutput *outputs, guint count, int max_width, int max_height,
                     ScreenLayout *ret_layout)
{
  ScreenLayout layout = {.count = MIN(count, SCREEN_LAYOUT_MAX_OUTPUTS)};
  if (!place_as_asked(outputs, max_width, max_height, &layout))
    place_left_to_right(outputs, max_width, max_height, &layout);
  if (layout.width == 0)
    return FALSE;
  *ret_layout = layout;
  return TRUE;
}

gboolean
screen_layout_equals(const ScreenLayout *one, const ScreenLayout *other)
{
  gboolean is_equal =
      one->width == other->width && one->height == other->height && one->count == other->count;
  for (guint i = 0; i < one->count && is_equal; i++) {
    const ScreenHead *a = &one->heads[i], *b = &other->heads[i];
    is_equal = a->is_on == b->is_on && a->x == b->x && a->y == b->y && a->width == b->width &&
               a->height == b->height;
  }
  return is_equal;
}
