/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/console_admission.h"

#include <glib.h>

/* Cases override what the macro below sets. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define CHANNELS ((1u << SPICE_TYPE_MAIN) | (1u << SPICE_TYPE_DISPLAY))
/* A fresh grant's main channel; each case says what is different. */
#define FACTS(...)                                                                                           \
  {                                                                                                          \
    .names_this_relay = TRUE, .grant_epoch = {1, 7}, .channels = CHANNELS, .has_link = TRUE,                 \
    .channel_type = SPICE_TYPE_MAIN, .desktop_is_here = TRUE, .highest_epoch = {1, 7}, __VA_ARGS__           \
  }
#define LIVING .is_spent = TRUE, .main_lives = TRUE, .session_is_known = TRUE, .session_id = 5

static const struct {
  const char *name;
  ConsoleFacts facts;
  ConsoleVerdict verdict;
  CarawayErrorCode code;
} cases[] = {
    {"fresh main", FACTS(.is_spent = FALSE), CONSOLE_OPEN_MAIN, CARAWAY_ERROR_LAST},
    {"fresh, no link", FACTS(.has_link = FALSE), CONSOLE_READ_LINK, CARAWAY_ERROR_LAST},
    {"higher epoch", FACTS(.grant_epoch = {2, 0}), CONSOLE_OPEN_MAIN, CARAWAY_ERROR_LAST},
    {"lower epoch", FACTS(.highest_epoch = {1, 8}), CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_STALE},
    {"other relay", FACTS(.names_this_relay = FALSE), CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_INVALID},
    {"no desktop", FACTS(.desktop_is_here = FALSE), CONSOLE_REFUSE, CARAWAY_ERROR_SESSION_ENDED},
    {"expired", FACTS(.is_expired = TRUE), CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_EXPIRED},
    {"expired, no link", FACTS(.is_expired = TRUE, .has_link = FALSE), CONSOLE_REFUSE,
     CARAWAY_ERROR_GRANT_EXPIRED},
    {"main with an id", FACTS(.connection_id = 5), CONSOLE_REFUSE, CARAWAY_ERROR_CONFLICT},
    {"used, dead", FACTS(.is_spent = TRUE), CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_USED},
    {"used, dead, no link", FACTS(.is_spent = TRUE, .has_link = FALSE), CONSOLE_REFUSE,
     CARAWAY_ERROR_GRANT_USED},
    {"second main", FACTS(LIVING), CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_USED},
    {"living, no link", FACTS(LIVING, .has_link = FALSE), CONSOLE_READ_LINK, CARAWAY_ERROR_LAST},
    {"living and expired, no link", FACTS(LIVING, .has_link = FALSE, .is_expired = TRUE), CONSOLE_READ_LINK,
     CARAWAY_ERROR_LAST},
    {"display", FACTS(LIVING, .channel_type = SPICE_TYPE_DISPLAY, .connection_id = 5), CONSOLE_OPEN_OTHER,
     CARAWAY_ERROR_LAST},
    {"display after expiry",
     FACTS(LIVING, .channel_type = SPICE_TYPE_DISPLAY, .connection_id = 5, .is_expired = TRUE),
     CONSOLE_OPEN_OTHER, CARAWAY_ERROR_LAST},
    {"display, guessed id", FACTS(LIVING, .channel_type = SPICE_TYPE_DISPLAY, .connection_id = 6),
     CONSOLE_REFUSE, CARAWAY_ERROR_CONFLICT},
    {"display, id not known yet",
     FACTS(.is_spent = TRUE, .main_lives = TRUE, .channel_type = SPICE_TYPE_DISPLAY, .connection_id = 0),
     CONSOLE_REFUSE, CARAWAY_ERROR_CONFLICT},
    {"display first", FACTS(.channel_type = SPICE_TYPE_DISPLAY, .connection_id = 5), CONSOLE_REFUSE,
     CARAWAY_ERROR_CONFLICT},
    {"display, main dead", FACTS(.is_spent = TRUE, .channel_type = SPICE_TYPE_DISPLAY, .connection_id = 5),
     CONSOLE_REFUSE, CARAWAY_ERROR_GRANT_USED},
    {"forbidden kind", FACTS(LIVING, .channel_type = SPICE_TYPE_RECORD, .connection_id = 5), CONSOLE_REFUSE,
     CARAWAY_ERROR_CHANNEL_FORBIDDEN},
    {"no kind", FACTS(LIVING, .channel_type = 99, .connection_id = 5), CONSOLE_REFUSE,
     CARAWAY_ERROR_CHANNEL_FORBIDDEN},
};

static void
test_every_case(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    ConsoleDecision decision = console_admission_decide(&cases[i].facts);
    g_test_message("%s", cases[i].name);
    g_assert_cmpint(decision.verdict, ==, cases[i].verdict);
    g_assert_cmpint(decision.code, ==, cases[i].code);
    g_assert_cmpint(decision.detail != NULL, ==, decision.verdict == CONSOLE_REFUSE);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/console-admission/cases", test_every_case);
  return g_test_run();
}
