/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/idle_report.h"

static void
test_story(void)
{
  static const struct {
    gint64 now_ms, idle_ms;
    gboolean is_due;
  } STORY[] = {
      {1000, 0, TRUE},      /* the first is always told */
      {2000, 1000, FALSE},  /* nothing new */
      {10999, 9999, FALSE}, /* not ten seconds yet */
      {11000, 10000, TRUE}, /* ten seconds */
      {12000, 0, TRUE},     /* somebody came back */
      {13000, 0, FALSE},    /* and goes on typing */
      {14000, 500, FALSE},  /* with pauses */
      {22000, 300, TRUE},   /* told again after ten seconds */
      {32000, 9000, TRUE},  /* away */
      {33000, 6000, FALSE}, /* a smaller number alone is no return */
      {34000, 4999, TRUE},  /* a return */
  };
  IdleReport report = {0};
  for (gsize i = 0; i < G_N_ELEMENTS(STORY); i++) {
    g_test_message("row %zu", i);
    g_assert_cmpint(idle_report_is_due(&report, STORY[i].now_ms, STORY[i].idle_ms), ==, STORY[i].is_due);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/idle_report/story", test_story);
  return g_test_run();
}
