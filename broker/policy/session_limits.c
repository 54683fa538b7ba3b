/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/session_limits.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

/* A session whose console was never opened is left too, but not while its client is on the way. */
#define FIRST_CONSOLE_PATIENCE_US (120 * SECOND_US)

static gboolean
has_console(const SessionLimitFacts *facts)
{
  return facts->state == SESSION_CONNECTED;
}

static gboolean
is_left(const SessionLimitFacts *facts)
{
  return facts->state == SESSION_DISCONNECTED || facts->state == SESSION_READY;
}

static char *
count_of(gint64 count, const char *noun)
{
  return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", count, noun, count == 1 ? "" : "s");
}

/* "8 hours", "14 minutes", "45 seconds": as exact as people want it. */
static char *
duration(gint64 us)
{
  gint64 seconds = MAX(1, (us + SECOND_US / 2) / SECOND_US);
  if (seconds >= 2 * 3600 && seconds % 3600 == 0)
    return count_of(seconds / 3600, "hour");
  if (seconds >= 60 && (seconds % 60 == 0 || seconds >= 600))
    return count_of(seconds / 60, "minute");
  return count_of(seconds, "second");
}

static void
look_again(SessionLimitDecision *decision, gint64 in_us)
{
  in_us = MAX(in_us, 0);
  if (decision->next_us == SESSION_LIMITS_NEVER || in_us < decision->next_us)
    decision->next_us = in_us;
}

static void
act(SessionLimitDecision *decision, SessionAction action, SessionLimit limit, char *text)
{
  *decision = (SessionLimitDecision){.action = action,
                                     .limit = limit,
                                     .text = text,
                                     .takes_idle_back = decision->takes_idle_back,
                                     .takes_age_back = decision->takes_age_back,
                                     .next_us = decision->next_us};
}

/* --- limits with a warning before --- */

typedef struct {
  gint64 passed_us; /* of the limit */
  gint64 limit_us;
  gint64 warning_us; /* 0: none */
  gint64 warned_us;  /* since then, or never */
} Span;

typedef enum { SPAN_RUNS, SPAN_WARNS, SPAN_IS_OVER } SpanState;

/* Whoever could see a warning gets it in full length, also when the limit was lowered or the broker was away
 * meanwhile. @ret_left_us: until the next state. */
static SpanState
look_at(const Span *span, gint64 *ret_left_us)
{
  gint64 left_us = span->limit_us - span->passed_us;
  gboolean warned = span->warned_us != SESSION_LIMITS_NEVER;
  if (span->warning_us > 0 && !warned) {
    *ret_left_us = left_us <= span->warning_us ? MAX(left_us, span->warning_us) : left_us - span->warning_us;
    return left_us <= span->warning_us ? SPAN_WARNS : SPAN_RUNS;
  }
  if (span->warning_us > 0)
    left_us = MAX(left_us, span->warning_us - span->warned_us);
  *ret_left_us = left_us;
  return left_us <= 0 ? SPAN_IS_OVER : SPAN_RUNS;
}

static gint64
warning_of(const Pool *pool, guint limit_s)
{
  return pool_warning_us(limit_s, pool->warning_s);
}

static gboolean
decide_age(const SessionLimitFacts *facts, SessionLimitDecision *decision)
{
  gint64 limit_us = facts->pool->session_limit_s * SECOND_US, left_us;
  gint64 warning_us = warning_of(facts->pool, facts->pool->session_limit_s);
  gboolean is_put_off = limit_us == 0 || facts->age_us < limit_us - warning_us;
  decision->takes_age_back = is_put_off && facts->age_warned_us != SESSION_LIMITS_NEVER;
  if (limit_us == 0 || (!has_console(facts) && !is_left(facts)))
    return FALSE;
  const Span span = {.passed_us = facts->age_us,
                     .limit_us = limit_us,
                     .warning_us = has_console(facts) ? warning_us : 0,
                     .warned_us = is_put_off ? SESSION_LIMITS_NEVER : facts->age_warned_us};
  SpanState state = look_at(&span, &left_us);
  g_autofree char *longest = duration(limit_us), *left = duration(left_us);
  look_again(decision, left_us);
  if (state == SPAN_RUNS)
    return FALSE;
  if (state == SPAN_IS_OVER)
    act(decision, SESSION_ACTION_END, SESSION_LIMIT_AGE,
        g_strdup_printf("The session lasted %s, the longest that this pool allows.", longest));
  else
    act(decision, SESSION_ACTION_WARN, SESSION_LIMIT_AGE,
        g_strdup_printf("A session of this pool may last %s. Yours ends in %s: save your work.", longest,
                        left));
  return TRUE;
}

/* Whoever comes back after a break has not been idle at their desktop meanwhile. */
static gint64
idle_with_console(const SessionLimitFacts *facts)
{
  if (facts->idle_us == SESSION_LIMITS_NEVER || facts->console_us == SESSION_LIMITS_NEVER)
    return facts->idle_us;
  return MIN(facts->idle_us, facts->console_us);
}

static gboolean
decide_idle(const SessionLimitFacts *facts, SessionLimitDecision *decision)
{
  gint64 limit_us = facts->pool->idle_limit_s * SECOND_US, left_us;
  gint64 warning_us = warning_of(facts->pool, facts->pool->idle_limit_s), idle_us = idle_with_console(facts);
  gboolean warned = facts->idle_warned_us != SESSION_LIMITS_NEVER;
  gboolean moved = limit_us == 0 || !has_console(facts) || idle_us < limit_us - warning_us;
  decision->takes_idle_back = warned && moved;
  if (limit_us == 0 || !has_console(facts) || idle_us == SESSION_LIMITS_NEVER)
    return FALSE;
  const Span span = {.passed_us = idle_us,
                     .limit_us = limit_us,
                     .warning_us = warning_us,
                     .warned_us = moved ? SESSION_LIMITS_NEVER : facts->idle_warned_us};
  SpanState state = look_at(&span, &left_us);
  g_autofree char *idle = duration(idle_us), *left = duration(left_us);
  look_again(decision, left_us);
  if (state == SPAN_RUNS)
    return FALSE;
  if (state == SPAN_IS_OVER)
    act(decision, SESSION_ACTION_DISCONNECT, SESSION_LIMIT_IDLE,
        g_strdup_printf("Nobody used the desktop for %s.", idle));
  else
    act(decision, SESSION_ACTION_WARN, SESSION_LIMIT_IDLE,
        g_strdup_printf("Nobody has used this desktop for %s. It is disconnected in %s unless you go on.",
                        idle, left));
  return TRUE;
}

/* --- what follows when it is left --- */

static const struct {
  SessionAction action;
  const char *what; /* was done to it */
} left_rules[POOL_DISCONNECTS] = {
    [POOL_DISCONNECT_KEEP] = {SESSION_ACTION_NOTHING, ""},
    [POOL_DISCONNECT_LOCK] = {SESSION_ACTION_LOCK, "The desktop was locked"},
    [POOL_DISCONNECT_LOGOFF] = {SESSION_ACTION_LOGOFF, "You were logged off"},
    [POOL_DISCONNECT_SHUTDOWN] = {SESSION_ACTION_SHUTDOWN, "The desktop was shut down"},
};

static gboolean
decide_left(const SessionLimitFacts *facts, SessionLimitDecision *decision)
{
  PoolDisconnect rule = facts->pool->on_disconnect;
  gboolean never_opened = facts->state == SESSION_READY;
  if (!is_left(facts) || facts->was_left_done || rule == POOL_DISCONNECT_KEEP ||
      (never_opened && rule == POOL_DISCONNECT_LOCK))
    return FALSE;
  gint64 delay_us = facts->pool->on_disconnect_delay_s * SECOND_US, away_us = MAX(facts->console_us, 0);
  if (never_opened)
    delay_us = MAX(delay_us, FIRST_CONSOLE_PATIENCE_US);
  look_again(decision, delay_us - away_us);
  if (away_us < delay_us)
    return FALSE;
  g_autofree char *away = duration(away_us);
  act(decision, left_rules[rule].action, SESSION_LIMIT_AWAY,
      g_strdup_printf("%s: it was left for %s.", left_rules[rule].what, away));
  return TRUE;
}

gboolean
session_limits_apply(const Pool *pool)
{
  return pool->idle_limit_s > 0 || pool->session_limit_s > 0 || pool->on_disconnect != POOL_DISCONNECT_KEEP;
}

/* The end comes before everything else; a warning waits until nothing else has to be done. */
void
session_limits_decide(const SessionLimitFacts *facts, SessionLimitDecision *ret_decision)
{
  SessionLimitDecision age = {.next_us = SESSION_LIMITS_NEVER}, decision = age;
  gboolean age_acts = decide_age(facts, &age);
  gboolean acts = !(age_acts && age.action == SESSION_ACTION_END) &&
                  (decide_idle(facts, &decision) || decide_left(facts, &decision));
  if (age_acts && (!acts || decision.action == SESSION_ACTION_WARN)) {
    age.takes_idle_back = decision.takes_idle_back;
    if (decision.next_us != SESSION_LIMITS_NEVER)
      look_again(&age, decision.next_us);
    session_limits_clear(&decision);
    decision = age;
  } else {
    if (age.next_us != SESSION_LIMITS_NEVER)
      look_again(&decision, age.next_us);
    decision.takes_age_back = age.takes_age_back;
    session_limits_clear(&age);
  }
  *ret_decision = decision;
}

void
session_limits_clear(SessionLimitDecision *decision)
{
  g_clear_pointer(&decision->text, g_free);
}
