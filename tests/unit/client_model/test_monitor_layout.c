/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/monitor_layout.h"

typedef struct {
  int width, height, scale;
  gboolean accepted;
  int guest_width, guest_height;
} Row;

static const Row rows[] = {
    {1280, 800, 1, TRUE, 1280, 800},
    {1283, 801, 1, TRUE, 1280, 800},
    {640, 480, 2, TRUE, 1280, 960},
    {100, 100, 1, TRUE, 320, 200},
    {9000, 9000, 1, TRUE, 8192, 8192},
    {5000, 3000, 2, TRUE, 8192, 6000},
    {G_MAXINT, G_MAXINT, 3, TRUE, 8192, 8192},
    {0, 0, 1, FALSE, 0, 0},
    {1, 1, 1, FALSE, 0, 0},
    {1280, 15, 1, FALSE, 0, 0},
    {-5, 600, 1, FALSE, 0, 0},
    {800, 600, 0, FALSE, 0, 0},
};

static void
test_areas(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    MonitorLayout layout = {0};
    g_test_message("%d × %d at %d", rows[i].width, rows[i].height, rows[i].scale);
    g_assert_cmpint(monitor_layout_for_area(rows[i].width, rows[i].height, rows[i].scale, &layout), ==,
                    rows[i].accepted);
    g_assert_cmpint(layout.width, ==, rows[i].guest_width);
    g_assert_cmpint(layout.height, ==, rows[i].guest_height);
  }
}

static void
test_differs(void)
{
  MonitorLayout nothing = {0, 0}, small = {800, 600}, wide = {1024, 600}, tall = {800, 768};
  g_assert_true(monitor_layout_differs(small, nothing));
  g_assert_true(monitor_layout_differs(small, wide));
  g_assert_true(monitor_layout_differs(small, tall));
  g_assert_false(monitor_layout_differs(small, small));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/monitor-layout/areas", test_areas);
  g_test_add_func("/monitor-layout/differs", test_differs);
  return g_test_run();
}
