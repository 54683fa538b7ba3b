/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/session_warning.h"

#define S(seconds) ((gint64)(seconds)*G_USEC_PER_SEC)
#define END        S(1700000000)

static void
test_counts_down(void)
{
  static const struct {
    const char *code, *action;
    gint64 left_s;
    const char *part;
    gboolean is_last;
    gint64 next_s;
  } rows[] = {
      {"session-limit", "logoff", 300, "Yours ends in 5 minutes: save", FALSE, 50},
      {"session-limit", "logoff", 250, "in 4 minutes", FALSE, 60},
      {"session-limit", "logoff", 71, "in 2 minutes", FALSE, 1},
      {"session-limit", "logoff", 70, "in 1 minute:", TRUE, 20},
      {"session-limit", "logoff", 49, "in less than a minute", TRUE, 49},
      {"session-limit", "logoff", 0, "Yours ends now.", TRUE, 0},
      {"session-limit", "logoff", -5, "Yours ends now.", TRUE, 0},
      {"idle-limit", "disconnect", 235, "disconnected in 4 minutes unless", FALSE, 45},
      {"idle-limit", "disconnect", 0, "It is disconnected now.", TRUE, 0},
      {"idle-disconnected", NULL, 0, "so it was disconnected", TRUE, 0},
      /* what this client does not know */
      {"idle-limit", "shutdown", 235, "The server's words.", FALSE, 0},
      {"of-next-year", "disconnect", 235, "The server's words.", FALSE, 0},
      {NULL, NULL, 235, "The server's words.", FALSE, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const ApiSession session = {.warning = (char *)"The server's words.",
                                .warning_code = (char *)rows[i].code,
                                .warning_action = (char *)rows[i].action,
                                .warning_until_us = END};
    g_auto(SessionWarning) warning = {0};
    g_assert_true(session_warning_read(&session, END - S(rows[i].left_s), &warning));
    g_assert_nonnull(warning.title);
    g_assert_nonnull(strstr(warning.text, rows[i].part));
    g_assert_cmpint(warning.is_last, ==, rows[i].is_last);
    g_assert_cmpint((warning.next_us + S(1) / 2) / S(1), ==, rows[i].next_s);
  }
}

/* After each wait it reads otherwise, and it comes to its end. */
static void
test_a_whole_warning(void)
{
  const ApiSession session = {.warning = (char *)"The server's words.",
                              .warning_code = (char *)"session-limit",
                              .warning_action = (char *)"logoff",
                              .warning_until_us = END};
  g_autofree char *before = g_strdup("");
  guint steps = 0;
  for (gint64 now_us = END - S(299), next_us = 1; next_us > 0; now_us += next_us, steps++) {
    g_auto(SessionWarning) warning = {0};
    g_assert_true(session_warning_read(&session, now_us, &warning));
    g_assert_cmpstr(warning.text, !=, before);
    g_free(before);
    before = g_strdup(warning.text);
    next_us = warning.next_us;
  }
  g_assert_cmpuint(steps, ==, 7);
}

static void
test_nothing_or_no_time(void)
{
  SessionWarning warning = {0};
  g_assert_false(session_warning_read(&(ApiSession){.warning_code = (char *)"idle-limit"}, END, &warning));
  const ApiSession timeless = {.warning = (char *)"The server's words.",
                               .warning_code = (char *)"idle-limit",
                               .warning_action = (char *)"disconnect"};
  g_assert_true(session_warning_read(&timeless, END, &warning));
  g_assert_cmpstr(warning.text, ==, "The server's words.");
  session_warning_clear(&warning);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session-warning/counts-down", test_counts_down);
  g_test_add_func("/session-warning/a-whole-warning", test_a_whole_warning);
  g_test_add_func("/session-warning/nothing-or-no-time", test_nothing_or_no_time);
  return g_test_run();
}
