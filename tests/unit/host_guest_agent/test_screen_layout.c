/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/screen_layout.h"

#include <string.h>

#define MAX_SIDE 8192
#define OFF                                                                                                  \
  {                                                                                                          \
    FALSE, 0, 0, 0, 0                                                                                        \
  }

/* Connected, without and with a place. */
#define PLAIN(width, height)                                                                                 \
  {                                                                                                          \
    TRUE, width, height, FALSE, 0, 0                                                                         \
  }
#define PLACED(width, height, x, y)                                                                          \
  {                                                                                                          \
    TRUE, width, height, TRUE, x, y                                                                          \
  }

static void
test_rows(void)
{
  static const struct {
    const char *name;
    ScreenOutput outputs[3];
    int width, height;
    ScreenHead heads[3];
  } ROWS[] = {
      {"one", {PLAIN(1280, 848)}, 1280, 848, {{TRUE, 0, 0, 1280, 848}, OFF, OFF}},
      {"gone",
       {PLAIN(800, 600), {FALSE, 640, 480, FALSE, 0, 0}},
       800,
       600,
       {{TRUE, 0, 0, 800, 600}, OFF, OFF}},
      {"row",
       {PLAIN(800, 600), PLAIN(1024, 768)},
       1824,
       768,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 0, 1024, 768}, OFF}},
      {"asked",
       {PLACED(800, 600, 0, 600), PLACED(1024, 600, 0, 0)},
       1024,
       1200,
       {{TRUE, 0, 600, 800, 600}, {TRUE, 0, 0, 1024, 600}, OFF}},
      {"moved to the corner",
       {PLACED(800, 600, 100, -50), PLACED(800, 600, 900, 0)},
       1600,
       650,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 50, 800, 600}, OFF}},
      {"overlapping places do not count",
       {PLACED(800, 600, 0, 0), PLACED(1024, 768, 0, 0)},
       1824,
       768,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 0, 1024, 768}, OFF}},
      {"all or none have a place",
       {PLACED(800, 600, 500, 0), PLAIN(640, 480)},
       1440,
       600,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 0, 640, 480}, OFF}},
      {"a place far away does not count",
       {PLACED(800, 600, 0, 0), PLACED(640, 480, G_MAXINT, G_MININT)},
       1440,
       600,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 0, 640, 480}, OFF}},
      {"places too large for the screen",
       {PLACED(800, 600, 0, 0), PLACED(640, 480, MAX_SIDE, 0)},
       1440,
       600,
       {{TRUE, 0, 0, 800, 600}, {TRUE, 800, 0, 640, 480}, OFF}},
      {"what does not fit is off",
       {PLAIN(MAX_SIDE - 100, 600), PLAIN(640, 480), PLAIN(100, MAX_SIDE)},
       MAX_SIDE,
       MAX_SIDE,
       {{TRUE, 0, 0, MAX_SIDE - 100, 600}, OFF, {TRUE, MAX_SIDE - 100, 0, 100, MAX_SIDE}}},
      {"no mode, and one too large",
       {PLAIN(0, 0), PLAIN(640, MAX_SIDE + 1), PLAIN(640, 480)},
       640,
       480,
       {OFF, OFF, {TRUE, 0, 0, 640, 480}}},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    ScreenLayout layout, wanted = {.width = ROWS[i].width, .height = ROWS[i].height, .count = 3};
    memcpy(wanted.heads, ROWS[i].heads, sizeof ROWS[i].heads);
    g_test_message("%s", ROWS[i].name);
    g_assert_true(screen_layout_decide(ROWS[i].outputs, 3, MAX_SIDE, MAX_SIDE, &layout));
    g_assert_cmpint(layout.width, ==, wanted.width);
    g_assert_cmpint(layout.height, ==, wanted.height);
    g_assert_true(screen_layout_equals(&layout, &wanted));
  }
}

static void
test_nothing_to_show_changes_nothing(void)
{
  const ScreenOutput outputs[] = {{FALSE, 640, 480, FALSE, 0, 0}, PLAIN(0, 0), PLAIN(-5, 480)};
  ScreenLayout layout = {.width = 7};
  g_assert_false(screen_layout_decide(outputs, 0, MAX_SIDE, MAX_SIDE, &layout));
  g_assert_false(screen_layout_decide(outputs, 3, MAX_SIDE, MAX_SIDE, &layout));
  g_assert_cmpint(layout.width, ==, 7);
}

static void
test_more_outputs_than_it_knows(void)
{
  ScreenOutput outputs[SCREEN_LAYOUT_MAX_OUTPUTS + 4];
  for (gsize i = 0; i < G_N_ELEMENTS(outputs); i++)
    outputs[i] = (ScreenOutput)PLAIN(100, 100);
  ScreenLayout layout;
  g_assert_true(screen_layout_decide(outputs, G_N_ELEMENTS(outputs), MAX_SIDE, MAX_SIDE, &layout));
  g_assert_cmpuint(layout.count, ==, SCREEN_LAYOUT_MAX_OUTPUTS);
  g_assert_cmpint(layout.width, ==, 100 * SCREEN_LAYOUT_MAX_OUTPUTS);
}

static void
test_equality(void)
{
  const ScreenLayout one = {800, 600, 1, {{TRUE, 0, 0, 800, 600}}};
  const ScreenLayout others[] = {
      {801, 600, 1, {{TRUE, 0, 0, 800, 600}}}, {800, 601, 1, {{TRUE, 0, 0, 800, 600}}},
      {800, 600, 0, {{TRUE, 0, 0, 800, 600}}}, {800, 600, 1, {{FALSE, 0, 0, 800, 600}}},
      {800, 600, 1, {{TRUE, 1, 0, 800, 600}}}, {800, 600, 1, {{TRUE, 0, 1, 800, 600}}},
      {800, 600, 1, {{TRUE, 0, 0, 799, 600}}}, {800, 600, 1, {{TRUE, 0, 0, 800, 599}}},
  };
  g_assert_true(screen_layout_equals(&one, &one));
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
    g_assert_false(screen_layout_equals(&one, &others[i]));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/screen_layout/rows", test_rows);
  g_test_add_func("/screen_layout/nothing", test_nothing_to_show_changes_nothing);
  g_test_add_func("/screen_layout/many", test_more_outputs_than_it_knows);
  g_test_add_func("/screen_layout/equality", test_equality);
  return g_test_run();
}
