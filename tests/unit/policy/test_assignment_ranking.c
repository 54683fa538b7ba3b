/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/assignment_ranking.h"

static const Desktop desktops[] = {
    {.id = "old-shape",
     .host = "up",
     .shape = "a",
     .assignment = ASSIGNMENT_SPARE,
     .power = POWER_UP,
     .guest = {.ready = TRUE},
     .created_us = 1},
    {.id = "young",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_SPARE,
     .power = POWER_UP,
     .guest = {.ready = TRUE},
     .created_us = 9},
    {.id = "veteran",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_SPARE,
     .power = POWER_UP,
     .guest = {.ready = TRUE},
     .created_us = 5},
    {.id = "planned",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_NONE,
     .power = POWER_PLANNED,
     .created_us = 2},
    {.id = "booting-80",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_NONE,
     .power = POWER_STARTING,
     .progress = 80,
     .created_us = 8},
    {.id = "booting-20",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_NONE,
     .power = POWER_STARTING,
     .progress = 20,
     .created_us = 3},
    {.id = "owned",
     .host = "up",
     .shape = "b",
     .assignment = ASSIGNMENT_ASSIGNED,
     .power = POWER_UP,
     .guest = {.ready = TRUE}},
    {.id = "leaving", .host = "up", .shape = "b", .assignment = ASSIGNMENT_RECYCLING, .power = POWER_UP},
    {.id = "failed", .host = "up", .shape = "b", .assignment = ASSIGNMENT_NONE, .power = POWER_FAILED},
    {.id = "lost", .host = "up", .shape = "b", .assignment = ASSIGNMENT_SPARE, .power = POWER_LOST},
    {.id = "elsewhere",
     .host = "silent",
     .shape = "b",
     .assignment = ASSIGNMENT_SPARE,
     .power = POWER_UP,
     .guest = {.ready = TRUE}},
};

static const char *const expected[] = {"veteran",    "young",      "old-shape",
                                       "booting-80", "booting-20", "planned"};

static void
test_order(void)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  g_autoptr(GPtrArray) up = g_ptr_array_new();
  g_ptr_array_add(up, (gpointer) "up");
  for (guint i = 0; i < G_N_ELEMENTS(desktops); i++)
    g_ptr_array_add(all, (gpointer)&desktops[i]);
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(all, up, "b");
  g_assert_cmpuint(ranking->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < ranking->len; i++)
    g_assert_cmpstr(((const Desktop *)g_ptr_array_index(ranking, i))->id, ==, expected[i]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/assignment-ranking/order", test_order);
  return g_test_run();
}
