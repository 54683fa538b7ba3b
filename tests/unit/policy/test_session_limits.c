/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/session_limits.h"

#define S(seconds) ((gint64)(seconds)*G_USEC_PER_SEC)
#define NEVER      SESSION_LIMITS_NEVER

typedef struct {
  const char *what;
  SessionState state;
  PoolDisconnect rule;
  gint64 delay_s, idle_limit_s, session_limit_s, warning_s;     /* of the pool */
  gint64 console_s, idle_s, age_s, idle_warned_s, age_warned_s; /* of the session; -1: never */
  gboolean left_done;
  SessionAction action;
  SessionLimit limit;
  gint64 next_s;
  const char *text; /* (nullable) part of the sentence */
} Case;

#define NOTHING  SESSION_ACTION_NOTHING
#define WARN     SESSION_ACTION_WARN
#define KEEP     POOL_DISCONNECT_KEEP
#define OPEN     SESSION_CONNECTED
#define LEFT     SESSION_DISCONNECTED
#define LIMIT(x) SESSION_LIMIT_##x

static const Case cases[] = {
    /* what, state, rule, delay idle longest warning, console idle age idle-warned age-warned, done → … */
    {"no rule", OPEN, KEEP, 0, 0, 0, 60, -1, 5000, 90000, -1, -1, 0, NOTHING, LIMIT(AWAY), -1, NULL},
    {"kept", LEFT, KEEP, 0, 0, 0, 60, 90000, 5000, 90000, -1, -1, 0, NOTHING, LIMIT(AWAY), -1, NULL},

    {"just left", LEFT, POOL_DISCONNECT_LOGOFF, 300, 0, 0, 60, 10, 10, 900, -1, -1, 0, NOTHING, LIMIT(AWAY),
     290, NULL},
    {"a second too early", LEFT, POOL_DISCONNECT_LOGOFF, 300, 0, 0, 60, 299, 10, 900, -1, -1, 0, NOTHING,
     LIMIT(AWAY), 1, NULL},
    {"logged off", LEFT, POOL_DISCONNECT_LOGOFF, 300, 0, 0, 60, 300, 10, 900, -1, -1, 0,
     SESSION_ACTION_LOGOFF, LIMIT(AWAY), 0, "left for 5 minutes"},
    {"logged off at once", LEFT, POOL_DISCONNECT_LOGOFF, 0, 0, 0, 60, 0, 10, 900, -1, -1, 0,
     SESSION_ACTION_LOGOFF, LIMIT(AWAY), 0, "1 second"},
    {"locked", LEFT, POOL_DISCONNECT_LOCK, 60, 0, 0, 60, 75, 10, 900, -1, -1, 0, SESSION_ACTION_LOCK,
     LIMIT(AWAY), 0, "locked: it was left for 75 seconds"},
    {"locked before", LEFT, POOL_DISCONNECT_LOCK, 60, 0, 0, 60, 75, 10, 900, -1, -1, 1, NOTHING, LIMIT(AWAY),
     -1, NULL},
    {"shut down", LEFT, POOL_DISCONNECT_SHUTDOWN, 7200, 0, 0, 60, 7200, 10, 9000, -1, -1, 0,
     SESSION_ACTION_SHUTDOWN, LIMIT(AWAY), 0, "shut down: it was left for 2 hours"},
    {"somebody is back", OPEN, POOL_DISCONNECT_LOGOFF, 0, 0, 0, 60, 900, 10, 900, -1, -1, 0, NOTHING,
     LIMIT(AWAY), -1, NULL},
    {"its client is on the way", SESSION_READY, POOL_DISCONNECT_LOGOFF, 0, 0, 0, 60, 20, 10, 20, -1, -1, 0,
     NOTHING, LIMIT(AWAY), 100, NULL},
    {"nobody ever came", SESSION_READY, POOL_DISCONNECT_LOGOFF, 0, 0, 0, 60, 120, 10, 120, -1, -1, 0,
     SESSION_ACTION_LOGOFF, LIMIT(AWAY), 0, NULL},
    {"nothing to lock yet", SESSION_READY, POOL_DISCONNECT_LOCK, 0, 0, 0, 60, 900, 10, 900, -1, -1, 0,
     NOTHING, LIMIT(AWAY), -1, NULL},
    {"still made", SESSION_PREPARING, POOL_DISCONNECT_LOGOFF, 0, 60, 60, 60, 900, 900, 900, -1, -1, 0,
     NOTHING, LIMIT(AWAY), -1, NULL},
    {"over", SESSION_ENDED, POOL_DISCONNECT_LOGOFF, 0, 60, 60, 60, 900, 900, 900, -1, -1, 0, NOTHING,
     LIMIT(AWAY), -1, NULL},

    {"busy", OPEN, KEEP, 0, 900, 0, 60, -1, 5, 3000, -1, -1, 0, NOTHING, LIMIT(AWAY), 835, NULL},
    {"idle soon", OPEN, KEEP, 0, 900, 0, 60, -1, 840, 3000, -1, -1, 0, WARN, LIMIT(IDLE), 60,
     "for 14 minutes. It is disconnected in 1 minute"},
    {"idle, warned", OPEN, KEEP, 0, 900, 0, 60, -1, 850, 3000, 10, -1, 0, NOTHING, LIMIT(AWAY), 50, NULL},
    {"idle too long", OPEN, KEEP, 0, 900, 0, 60, -1, 900, 3000, 60, -1, 0, SESSION_ACTION_DISCONNECT,
     LIMIT(IDLE), 0, "for 15 minutes"},
    {"idle too long, not warned", OPEN, KEEP, 0, 900, 0, 60, -1, 5000, 6000, -1, -1, 0, WARN, LIMIT(IDLE), 60,
     "in 1 minute"},
    {"… then the whole warning", OPEN, KEEP, 0, 900, 0, 60, -1, 5020, 6000, 20, -1, 0, NOTHING, LIMIT(AWAY),
     40, NULL},
    {"idle, no warning wanted", OPEN, KEEP, 0, 900, 0, 0, -1, 900, 3000, -1, -1, 0, SESSION_ACTION_DISCONNECT,
     LIMIT(IDLE), 0, NULL},
    {"came back after a break", OPEN, KEEP, 0, 900, 0, 60, 10, 5000, 6000, -1, -1, 0, NOTHING, LIMIT(AWAY),
     830, NULL},
    {"came back, no warning wanted", OPEN, KEEP, 0, 900, 0, 0, 10, 5000, 6000, -1, -1, 0, NOTHING,
     LIMIT(AWAY), 890, NULL},
    {"came back and left the chair", OPEN, KEEP, 0, 900, 0, 60, 840, 5000, 6000, -1, -1, 0, WARN, LIMIT(IDLE),
     60, "for 14 minutes. It is disconnected in 1 minute"},
    {"came back and moved", OPEN, KEEP, 0, 900, 0, 60, 860, 40, 6000, -1, -1, 0, NOTHING, LIMIT(AWAY), 800,
     NULL},
    {"idle not known", OPEN, KEEP, 0, 900, 0, 60, -1, -1, 3000, -1, -1, 0, NOTHING, LIMIT(AWAY), -1, NULL},
    {"idle and left", LEFT, KEEP, 0, 900, 0, 60, 5000, 5000, 6000, -1, -1, 0, NOTHING, LIMIT(AWAY), -1, NULL},
    {"half of a short limit", OPEN, KEEP, 0, 60, 0, 300, -1, 29, 90, -1, -1, 0, NOTHING, LIMIT(AWAY), 1,
     NULL},
    {"… is warning enough", OPEN, KEEP, 0, 60, 0, 300, -1, 30, 90, -1, -1, 0, WARN, LIMIT(IDLE), 30,
     "in 30 seconds"},

    {"young", OPEN, KEEP, 0, 0, 28800, 300, -1, 0, 3600, -1, -1, 0, NOTHING, LIMIT(AWAY), 24900, NULL},
    {"ends soon", OPEN, KEEP, 0, 0, 28800, 300, -1, 0, 28500, -1, -1, 0, WARN, LIMIT(AGE), 300,
     "may last 8 hours. Yours ends in 5 minutes"},
    {"ends soon, warned", OPEN, KEEP, 0, 0, 28800, 300, -1, 0, 28600, -1, 100, 0, NOTHING, LIMIT(AWAY), 200,
     NULL},
    {"too old", OPEN, KEEP, 0, 0, 28800, 300, -1, 0, 28800, -1, 300, 0, SESSION_ACTION_END, LIMIT(AGE), 0,
     "lasted 8 hours"},
    {"too old since the limit came", OPEN, KEEP, 0, 0, 28800, 300, -1, 0, 50000, -1, -1, 0, WARN, LIMIT(AGE),
     300, "ends in 5 minutes"},
    {"nobody to warn", LEFT, KEEP, 0, 0, 28800, 300, 60, 60, 28800, -1, -1, 0, SESSION_ACTION_END, LIMIT(AGE),
     0, NULL},
    {"left and not over", LEFT, KEEP, 0, 0, 28800, 300, 60, 60, 28600, -1, -1, 0, NOTHING, LIMIT(AWAY), 200,
     NULL},

    {"the end beats being idle", OPEN, KEEP, 0, 900, 28800, 60, -1, 900, 28800, 60, 60, 0, SESSION_ACTION_END,
     LIMIT(AGE), 0, NULL},
    {"disconnecting beats a warning", OPEN, KEEP, 0, 900, 28800, 60, -1, 900, 28740, 60, -1, 0,
     SESSION_ACTION_DISCONNECT, LIMIT(IDLE), 0, NULL},
    {"the graver warning first", OPEN, KEEP, 0, 900, 28800, 60, -1, 840, 28740, -1, -1, 0, WARN, LIMIT(AGE),
     60, NULL},
    {"the sooner one counts", OPEN, KEEP, 0, 900, 28800, 60, -1, 5, 28000, -1, -1, 0, NOTHING, LIMIT(AWAY),
     740, NULL},
};

static gint64
span(gint64 seconds)
{
  return seconds < 0 ? NEVER : S(seconds);
}

static void
test_cases(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    const Case *row = &cases[i];
    g_test_message("%s", row->what);
    const Pool pool = {.on_disconnect = row->rule,
                       .on_disconnect_delay_s = (guint)row->delay_s,
                       .idle_limit_s = (guint)row->idle_limit_s,
                       .session_limit_s = (guint)row->session_limit_s,
                       .warning_s = (guint)row->warning_s};
    const SessionLimitFacts facts = {.state = row->state,
                                     .pool = &pool,
                                     .console_us = span(row->console_s),
                                     .idle_us = span(row->idle_s),
                                     .age_us = S(row->age_s),
                                     .idle_warned_us = span(row->idle_warned_s),
                                     .age_warned_us = span(row->age_warned_s),
                                     .was_left_done = row->left_done};
    g_auto(SessionLimitDecision) decision = {0};
    session_limits_decide(&facts, &decision);
    g_assert_cmpint(decision.action, ==, row->action);
    g_assert_cmpint(decision.next_us, ==, span(row->next_s));
    g_assert_cmpint(decision.text == NULL, ==, row->action == NOTHING);
    if (row->action != NOTHING)
      g_assert_cmpint(decision.limit, ==, row->limit);
    if (row->text != NULL)
      g_assert_nonnull(strstr(decision.text, row->text));
  }
}

/* Over every state and rule: nothing is done to what is over or not there yet, nobody who works is cut
 * without a limit, and what was done is not done again. */
static void
test_all_states(void)
{
  for (int state = 0; state < SESSION_STATES; state++)
    for (int rule = 0; rule < POOL_DISCONNECTS; rule++)
      for (int done = 0; done < 2; done++) {
        const Pool pool = {.on_disconnect = (PoolDisconnect)rule};
        const SessionLimitFacts facts = {.state = (SessionState)state,
                                         .pool = &pool,
                                         .console_us = S(100000),
                                         .idle_us = S(100000),
                                         .age_us = S(100000),
                                         .idle_warned_us = NEVER,
                                         .age_warned_us = NEVER,
                                         .was_left_done = done};
        g_auto(SessionLimitDecision) decision = {0};
        session_limits_decide(&facts, &decision);
        gboolean left =
            state == SESSION_DISCONNECTED || (state == SESSION_READY && rule != POOL_DISCONNECT_LOCK);
        g_assert_cmpint(decision.action != NOTHING, ==, left && !done && rule != KEEP);
      }
}

static void
test_moving_takes_the_warning_back(void)
{
  const Pool pool = {.idle_limit_s = 900, .warning_s = 60};
  SessionLimitFacts facts = {.state = OPEN,
                             .pool = &pool,
                             .console_us = NEVER,
                             .idle_us = S(3),
                             .idle_warned_us = S(30),
                             .age_warned_us = NEVER};
  g_auto(SessionLimitDecision) moved = {0};
  session_limits_decide(&facts, &moved);
  g_assert_cmpint(moved.action, ==, NOTHING);
  g_assert_true(moved.takes_idle_back);
  facts.idle_us = S(870);
  g_auto(SessionLimitDecision) still = {0};
  session_limits_decide(&facts, &still);
  g_assert_false(still.takes_idle_back);
}

/* An administrator who makes the longest time longer, or takes it away, makes the warning untrue. */
static void
test_more_time_takes_the_warning_back(void)
{
  static const struct {
    guint limit_s;
    gboolean is_put_off;
    SessionAction action;
    gint64 next_s;
  } rows[] = {{28800, FALSE, NOTHING, 200},
              {36000, TRUE, NOTHING, 7100},
              {0, TRUE, NOTHING, -1},
              {28700, FALSE, NOTHING, 200}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Pool pool = {.session_limit_s = rows[i].limit_s, .warning_s = 300};
    const SessionLimitFacts facts = {.state = OPEN,
                                     .pool = &pool,
                                     .console_us = NEVER,
                                     .idle_us = NEVER,
                                     .age_us = S(28600),
                                     .idle_warned_us = NEVER,
                                     .age_warned_us = S(100)};
    g_auto(SessionLimitDecision) decision = {0};
    session_limits_decide(&facts, &decision);
    g_assert_cmpint(decision.takes_age_back, ==, rows[i].is_put_off);
    g_assert_cmpint(decision.action, ==, rows[i].action);
    g_assert_cmpint(decision.next_us, ==, span(rows[i].next_s));
  }
}

/* Turning the hands one instant after the other: one warning, then one end. */
static void
test_a_whole_day(void)
{
  const Pool pool = {.session_limit_s = 28800, .warning_s = 300};
  SessionLimitFacts facts = {.state = OPEN, .pool = &pool, .idle_warned_us = NEVER, .age_warned_us = NEVER};
  guint warnings = 0;
  gint64 warned_at = NEVER;
  for (;;) {
    g_auto(SessionLimitDecision) decision = {0};
    if (warned_at != NEVER)
      facts.age_warned_us = facts.age_us - warned_at;
    session_limits_decide(&facts, &decision);
    if (decision.action == SESSION_ACTION_END)
      break;
    if (decision.action == WARN) {
      warnings++;
      warned_at = facts.age_us;
    }
    g_assert_cmpint(decision.next_us, >, 0);
    facts.age_us += decision.next_us;
  }
  g_assert_cmpuint(warnings, ==, 1);
  g_assert_cmpint(warned_at, ==, S(28500));
  g_assert_cmpint(facts.age_us, ==, S(28800));
}

static void
test_apply(void)
{
  g_assert_false(session_limits_apply(&(Pool){.warning_s = 60}));
  g_assert_true(session_limits_apply(&(Pool){.idle_limit_s = 1}));
  g_assert_true(session_limits_apply(&(Pool){.session_limit_s = 1}));
  g_assert_true(session_limits_apply(&(Pool){.on_disconnect = POOL_DISCONNECT_LOCK}));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session-limits/cases", test_cases);
  g_test_add_func("/session-limits/all-states", test_all_states);
  g_test_add_func("/session-limits/moving-takes-the-warning-back", test_moving_takes_the_warning_back);
  g_test_add_func("/session-limits/more-time-takes-the-warning-back", test_more_time_takes_the_warning_back);
  g_test_add_func("/session-limits/a-whole-day", test_a_whole_day);
  g_test_add_func("/session-limits/apply", test_apply);
  return g_test_run();
}
