/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/assignment_ranking.h"

gboolean
assignment_ranking_is_ready(const Desktop *desktop)
{
  return desktop->power == POWER_UP && desktop->guest.ready;
}

static gboolean
is_candidate(const Desktop *desktop, const GPtrArray *hosts_up)
{
  gboolean free = desktop->assignment == ASSIGNMENT_NONE || desktop->assignment == ASSIGNMENT_SPARE;
  gboolean alive = desktop->power == POWER_PLANNED || desktop->power == POWER_CLONING ||
                   desktop->power == POWER_STARTING || desktop->power == POWER_UP;
  return free && alive &&
         (hosts_up == NULL ||
          g_ptr_array_find_with_equal_func((GPtrArray *)hosts_up, desktop->host, g_str_equal, NULL));
}

static int
compare_numbers(gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

static gint
compare_candidates(gconstpointer a_place, gconstpointer b_place, gpointer shape)
{
  const Desktop *a = *(const Desktop *const *)a_place, *b = *(const Desktop *const *)b_place;
  int order = compare_numbers(assignment_ranking_is_ready(b), assignment_ranking_is_ready(a));
  if (order == 0)
    order = compare_numbers(g_strcmp0(a->shape, shape) != 0, g_strcmp0(b->shape, shape) != 0);
  if (order == 0 && !assignment_ranking_is_ready(a))
    order = compare_numbers(b->power, a->power);
  if (order == 0 && !assignment_ranking_is_ready(a))
    order = compare_numbers(b->progress, a->progress);
  if (order == 0)
    order = compare_numbers(a->created_us, b->created_us);
  return order;
}

GPtrArray *
assignment_ranking_make(const GPtrArray *desktops, const GPtrArray *hosts_up, const char *shape)
{
  GPtrArray *ranking = g_ptr_array_new();
  for (guint i = 0; i < desktops->len; i++)
    if (is_candidate(g_ptr_array_index(desktops, i), hosts_up))
      g_ptr_array_add(ranking, g_ptr_array_index(desktops, i));
  g_ptr_array_sort_with_data(ranking, compare_candidates, (gpointer)shape);
  return ranking;
}
