/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_sizing.h"

static const struct {
  const char *name;
  PoolSizingFacts facts;
  PoolSizingSteps steps;
  gboolean room;
} cases[] = {
    {"empty", {.size = 10, .spares = 2}, {.make = 2}, TRUE},
    {"satisfied", {.size = 10, .spares = 2, .spare = 1, .starting = 1}, {0}, TRUE},
    {"one taken", {.size = 10, .spares = 2, .assigned = 1, .spare = 1}, {.make = 1}, TRUE},
    {"size before spares", {.size = 3, .spares = 5, .assigned = 2}, {.make = 1}, TRUE},
    {"full", {.size = 3, .spares = 2, .assigned = 3}, {0}, FALSE},
    {"those that leave hold their place", {.size = 3, .spares = 2, .assigned = 1, .leaving = 2}, {0}, FALSE},
    {"some leave", {.size = 4, .spares = 2, .assigned = 1, .leaving = 2}, {.make = 1}, TRUE},
    {"too many ready", {.size = 10, .spares = 1, .spare = 3}, {.retire_spare = 2}, TRUE},
    {"those being made first",
     {.size = 10, .spares = 1, .spare = 1, .starting = 2},
     {.retire_starting = 2},
     TRUE},
    {"outdated", {.size = 10, .spares = 2, .outdated = 2}, {.make = 2, .retire_outdated = 2}, TRUE},
    {"outdated, no room", {.size = 2, .spares = 2, .outdated = 2}, {.retire_outdated = 2}, FALSE},
    {"shrunk below what is used",
     {.size = 1, .spares = 1, .assigned = 2, .spare = 1},
     {.retire_spare = 1},
     FALSE},
    {"deleting",
     {.size = 5, .spares = 2, .spare = 2, .starting = 1, .deleting = TRUE},
     {.retire_spare = 2, .retire_starting = 1},
     FALSE},
    {"least size over spares", {.size = 10, .size_min = 5, .spares = 2, .assigned = 1}, {.make = 4}, TRUE},
    {"least size is reached by those in use",
     {.size = 10, .size_min = 5, .spares = 2, .assigned = 5},
     {.make = 2},
     TRUE},
    {"least size keeps free ones",
     {.size = 10, .size_min = 5, .spares = 1, .assigned = 2, .spare = 4},
     {.retire_spare = 1},
     TRUE},
    {"least size over size", {.size = 3, .size_min = 5, .spares = 1}, {.make = 3}, TRUE},
    {"manual", {.size = 10, .spares = 2, .spare = 1, .outdated = 1, .manual = TRUE}, {0}, FALSE},
    {"manual, deleting",
     {.spare = 1, .outdated = 1, .manual = TRUE, .deleting = TRUE},
     {.retire_spare = 1, .retire_outdated = 1},
     FALSE},
    {"nothing wanted", {.size = 0, .spares = 3}, {0}, FALSE},
};

static void
test_cases(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].name);
    PoolSizingSteps steps = pool_sizing_plan(&cases[i].facts);
    g_assert_cmpuint(steps.make, ==, cases[i].steps.make);
    g_assert_cmpuint(steps.retire_starting, ==, cases[i].steps.retire_starting);
    g_assert_cmpuint(steps.retire_spare, ==, cases[i].steps.retire_spare);
    g_assert_cmpuint(steps.retire_outdated, ==, cases[i].steps.retire_outdated);
    g_assert_cmpint(pool_sizing_has_room(&cases[i].facts), ==, cases[i].room);
  }
}

/* Over all small pools: the size is never exceeded, and doing the steps leaves nothing to do. */
static void
test_converges(void)
{
  for (guint size = 0; size < 4; size++)
    for (guint spares = 0; spares < 4; spares++)
      for (guint assigned = 0; assigned < 4; assigned++)
        for (guint spare = 0; spare < 4; spare++) {
          PoolSizingFacts facts = {.size = size, .spares = spares, .assigned = assigned, .spare = spare};
          PoolSizingSteps steps = pool_sizing_plan(&facts);
          if (steps.make > 0)
            g_assert_cmpuint(assigned + spare + steps.make, <=, size);
          facts.spare = spare + steps.make - steps.retire_spare;
          PoolSizingSteps after = pool_sizing_plan(&facts);
          g_assert_cmpuint(after.make + after.retire_spare + after.retire_starting, ==, 0);
        }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pool-sizing/cases", test_cases);
  g_test_add_func("/pool-sizing/converges", test_converges);
  return g_test_run();
}
