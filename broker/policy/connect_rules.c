/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/connect_rules.h"
#include "common/base/text.h"

#define HOSTS_TOLD_MAX 32
#define NAMES_MAX      200 /* bytes of host names in one sentence */

static const char *const outcome_names[] = {"undecided", "resume", "start", "assign", "make", "refuse"};

/* The decision while it is being made. */
typedef struct {
  const ConnectFacts *facts;
  ConnectDecision decision;
} Asking;

static void say(Asking *asking, const char *rule, gboolean ok, const char *format, ...) G_GNUC_PRINTF(4, 5);

static void
say(Asking *asking, const char *rule, gboolean ok, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(asking->decision.rules, rule_new(rule, ok, g_strdup_vprintf(format, arguments)));
  va_end(arguments);
}

/* The first refusal stands; what is said after it is for whoever wants to know everything. */
static void
refuse(Asking *asking, CarawayErrorCode code, const char *sentence)
{
  if (asking->decision.outcome == CONNECT_REFUSE)
    return;
  asking->decision.outcome = CONNECT_REFUSE;
  asking->decision.code = code;
  asking->decision.sentence = sentence;
}

static void
settle(Asking *asking, ConnectOutcome outcome)
{
  if (asking->decision.outcome == CONNECT_UNDECIDED)
    asking->decision.outcome = outcome;
}

static gboolean
goes_on(const Asking *asking)
{
  return asking->decision.outcome == CONNECT_UNDECIDED ||
         (asking->decision.outcome == CONNECT_REFUSE && asking->facts->explains);
}

static gboolean
ask_database(Asking *asking)
{
  const char *problem = asking->facts->database_problem;
  say(asking, "database", problem == NULL, "%s", problem != NULL ? problem : "The database answers.");
  if (problem != NULL)
    refuse(asking, CARAWAY_ERROR_DATABASE,
           "The database does not answer, so no desktop can be given out; try again in a minute.");
  return problem == NULL;
}

static gboolean
ask_pool(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  if (facts->pool == NULL) {
    g_autofree char *shown = text_cut(facts->pool_key, 63);
    say(asking, "pool-exists", FALSE, "There is no pool \"%s\".", shown);
    refuse(asking, CARAWAY_ERROR_UNKNOWN_POOL, "There is no such pool.");
    return FALSE;
  }
  say(asking, "pool-exists", TRUE, "%s is a %s pool.", facts->pool->name, pool_kind_name(facts->pool->kind));
  return TRUE;
}

static void
ask_account(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  say(asking, "account-enabled", !facts->disabled, "The account %s is %s.", facts->user,
      facts->disabled ? "disabled" : "enabled");
  if (facts->disabled)
    refuse(asking, CARAWAY_ERROR_NOT_ENTITLED, "Your account is disabled; ask your administrator.");
}

static void
ask_entitled(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  const char *pool = facts->pool->name;
  gboolean by_group = facts->groups != NULL && facts->groups[0] != NULL;
  g_autofree char *groups = by_group ? g_strjoinv(", ", (GStrv)facts->groups) : NULL;
  if (facts->entitled)
    say(asking, "entitled", TRUE, "%s is entitled to %s.", facts->user, pool);
  else if (by_group)
    say(asking, "entitled", TRUE, "%s is entitled to %s by the group %s.", facts->user, pool, groups);
  else
    say(asking, "entitled", FALSE, "Neither %s nor a group of theirs is entitled to %s.", facts->user, pool);
  if (!facts->entitled && !by_group)
    refuse(asking, CARAWAY_ERROR_NOT_ENTITLED,
           "You may not use this pool; ask your administrator to entitle you.");
}

/* Only of pools that ask for one: nobody else has to read of it. */
static void
ask_second_factor(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  const char *pool = facts->pool->name;
  if (facts->pool->second_factor != POOL_SECOND_FACTOR_REQUIRED)
    return;
  if (facts->explains)
    say(asking, "second-factor", facts->second_factor, "%s asks for a second factor, and %s has %s.", pool,
        facts->user, facts->second_factor ? "one" : "none");
  else
    say(asking, "second-factor", facts->second_factor,
        facts->second_factor ? "%s asks for a second factor, and this sign-in was proven with one."
                             : "%s asks for a second factor, and this sign-in was not proven with one.",
        pool);
  if (!facts->second_factor)
    refuse(asking, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED,
           "This pool needs a second factor: set one up in the web portal, then sign in with it.");
}

/* --- one's own desktop --- */

/* FALSE: it is not there to be resumed. A floating desktop is given up with its host, any other waited for.
 */
static gboolean
ask_host(Asking *asking, const ConnectOwn *own)
{
  if (own->host_state == HOST_UP && own->power == POWER_LOST) {
    say(asking, "host-answers", FALSE, "The host %s answers, but does not have %s any more.", own->host,
        own->name);
    refuse(asking, CARAWAY_ERROR_HOST_GONE, "Your desktop is missing on its host; tell your administrator.");
    return TRUE;
  }
  if (own->host_state == HOST_UP) {
    say(asking, "host-answers", TRUE, "The host %s of %s answers.", own->host, own->name);
    return TRUE;
  }
  asking->decision.gives_up_own = own->host_lost && asking->facts->pool->kind == POOL_FLOATING;
  if (asking->decision.gives_up_own) {
    say(asking, "host-answers", FALSE, "The host %s does not answer any more; %s is given up.", own->host,
        own->name);
    return FALSE;
  }
  say(asking, "host-answers", FALSE, "The host %s does not answer.", own->host);
  refuse(asking, CARAWAY_ERROR_HOST_GONE,
         "The host of your desktop does not answer at the moment; try again in half a minute.");
  return TRUE;
}

static void
ask_take_over(Asking *asking, const ConnectOwn *own)
{
  const ConnectFacts *facts = asking->facts;
  const char *where = own->elsewhere_at != NULL ? own->elsewhere_at : "an unknown address";
  if (!own->elsewhere) {
    say(asking, "take-over", TRUE, "%s is open on no other device.", own->name);
  } else if (facts->pool->take_over == POOL_TAKE_OVER_REFUSE) {
    say(asking, "take-over", FALSE,
        "It is open on the device at %s, and the pool %s lets no other device take it over.", where,
        facts->pool->name);
    refuse(asking, CARAWAY_ERROR_NO_TAKE_OVER,
           "This desktop is open on another device; disconnect there first.");
  } else if (facts->pool->take_over == POOL_TAKE_OVER_ASK && !facts->take_over) {
    say(asking, "take-over", FALSE, "It is open on the device at %s.", where);
    refuse(asking, CARAWAY_ERROR_IN_USE_ELSEWHERE,
           "This desktop is open on another device; take it over to go on here.");
  } else {
    say(asking, "take-over", TRUE, "It is taken over from the device at %s.", where);
  }
}

static gboolean
is_off(Power power)
{
  return power == POWER_OFF || power == POWER_FAILED;
}

/* What runs on a host that is taken out of service may be used on; what is off is not started there. */
static void
ask_duty(Asking *asking, const ConnectOwn *own)
{
  if (own->host_duty == HOST_ACTIVE || !is_off(own->power))
    return;
  say(asking, "host-in-service", FALSE,
      own->host_duty == HOST_DRAINING ? "The host %s of %s is being drained: nothing is started there."
                                      : "The host %s of %s is in maintenance.",
      own->host, own->name);
  refuse(asking, CARAWAY_ERROR_HOST_GONE,
         "The host of your desktop is out of service; ask your administrator when it is back.");
}

/* Whether one's own desktop is what this is about. */
static gboolean
ask_own(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  const ConnectOwn *own = facts->own;
  if (facts->own_count == 0) {
    say(asking, "own-desktop", TRUE, "%s has no desktop of %s yet.", facts->user, facts->pool->name);
    return FALSE;
  }
  say(asking, "own-desktop", TRUE, "%s has %s on %s, which is %s.", facts->user, own->name, own->host,
      power_name(own->power));
  if (facts->another || !ask_host(asking, own))
    return FALSE;
  ask_duty(asking, own);
  ask_take_over(asking, own);
  settle(asking, is_off(own->power) ? CONNECT_START : CONNECT_RESUME);
  return TRUE;
}

static void
ask_limit(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  guint has = facts->own_count - (asking->decision.gives_up_own ? 1 : 0);
  guint limit = facts->pool->desktops_per_user;
  say(asking, "desktops-per-user", has < limit, "%s has %u of at most %u desktops of %s.", facts->user, has,
      limit, facts->pool->name);
  if (has >= limit)
    refuse(asking, CARAWAY_ERROR_DESKTOP_LIMIT,
           "You have as many desktops of this pool as you may; end one of them first.");
}

/* --- another one --- */

char *
connect_rules_hosts(const char *const *hosts)
{
  g_autofree char *names = g_strjoinv(", ", (GStrv)hosts);
  return text_cut(names, NAMES_MAX);
}

char *
connect_rules_closed(const Pool *pool, const ScheduleSpan *wanted)
{
  if (wanted->size > 0)
    return NULL;
  g_autoptr(GDateTime) until = wanted->until_us != SCHEDULE_FOREVER
                                   ? g_date_time_new_from_unix_utc(wanted->until_us / G_USEC_PER_SEC)
                                   : NULL;
  g_autofree char *next =
      until != NULL ? g_date_time_format(until, " Its schedule's next change is on %Y-%m-%d at %H:%M UTC.")
                    : g_strdup("");
  return g_strdup_printf("%s has the size 0 and gives nobody another desktop: %s%s", pool->name,
                         wanted->reason, next);
}

/* A size of 0 closes the pool at once, whatever is still ready. */
static void
ask_open(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  g_autofree char *closed = facts->wanted != NULL ? connect_rules_closed(facts->pool, facts->wanted) : NULL;
  if (closed == NULL)
    return;
  say(asking, "schedule", FALSE, "%s", closed);
  refuse(asking, CARAWAY_ERROR_NO_FREE_DESKTOP,
         "This pool is closed and gives out no desktops at the moment; the reason says when that changes.");
}

static void
ask_spare(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  if (facts->pool->kind == POOL_MANUAL) {
    say(asking, "spare-ready", FALSE,
        "An administrator assigns the machines of %s, and none is assigned to %s.", facts->pool->name,
        facts->user);
    refuse(asking, CARAWAY_ERROR_NO_FREE_DESKTOP,
           "No desktop of this pool is assigned to you; ask your administrator for one.");
  } else if (facts->ready != NULL) {
    say(asking, "spare-ready", TRUE, "%s is ready.", facts->ready);
    settle(asking, CONNECT_ASSIGN);
  } else if (facts->starting != NULL) {
    say(asking, "spare-ready", TRUE, "%s is being made and nobody's yet.", facts->starting);
    settle(asking, CONNECT_ASSIGN);
  } else if (facts->unreachable > 0) {
    g_autofree char *names = connect_rules_hosts(facts->away_hosts);
    say(asking, "spare-ready", FALSE, "No desktop of %s is ready; %u %s on %s, which %s not answer.",
        facts->pool->name, facts->unreachable, facts->unreachable == 1 ? "is" : "are", names,
        facts->away_hosts[1] == NULL ? "does" : "do");
  } else {
    say(asking, "spare-ready", FALSE, "No desktop of %s is ready or being made.", facts->pool->name);
  }
}

static gboolean
ask_room(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  const PoolSizingFacts *sizing = facts->sizing;
  gboolean room = pool_sizing_has_room(sizing);
  say(asking, "room-in-pool", room,
      "%s has at most %u desktops; %u of them are in use and %u are on their way out.", facts->pool->name,
      sizing->size, sizing->assigned, sizing->leaving);
  if (!room && facts->unreachable > 0)
    refuse(asking, CARAWAY_ERROR_HOST_GONE,
           "The host of the free desktops of this pool does not answer at the moment; try again in half a "
           "minute.");
  else if (!room)
    refuse(asking, CARAWAY_ERROR_NO_FREE_DESKTOP,
           "All desktops of this pool are in use; try again in a few minutes.");
  return room;
}

static const char *
placement_sentence(CarawayErrorCode code)
{
  switch (code) {
  case CARAWAY_ERROR_HOST_GONE:
    return "No host answers at the moment; try again in a minute or tell your administrator.";
  case CARAWAY_ERROR_IMAGE_MISSING:
    return "The image of this pool is on no host; tell your administrator.";
  case CARAWAY_ERROR_IMAGE_BAD:
    return "The image of this pool is damaged; tell your administrator.";
  default:
    return "No host has room for another desktop; try again later or tell your administrator.";
  }
}

/* With hundreds of hosts the first few tell enough. */
static void
say_hosts(Asking *asking, const Placement *placement)
{
  guint count = placement->verdicts->len;
  for (guint i = 0; i < MIN(count, HOSTS_TOLD_MAX); i++) {
    const Rule *verdict = g_ptr_array_index(placement->verdicts, i);
    say(asking, "placement", verdict->ok, "%s", verdict->text);
  }
  if (count > HOSTS_TOLD_MAX)
    say(asking, "placement", placement->host >= 0, "There are %u more hosts.", count - HOSTS_TOLD_MAX);
}

static void
ask_placement(Asking *asking)
{
  const Placement *placement = asking->facts->placement;
  if (placement == NULL)
    return;
  say_hosts(asking, placement);
  if (placement->host >= 0)
    settle(asking, CONNECT_MAKE);
  else
    refuse(asking, placement->code, placement_sentence(placement->code));
}

static void
ask_free(Asking *asking)
{
  const ConnectFacts *facts = asking->facts;
  if (facts->knowledge < CONNECT_KNOWS_SPARES)
    return;
  ask_open(asking);
  if (goes_on(asking))
    ask_spare(asking);
  if (!goes_on(asking) || facts->knowledge < CONNECT_KNOWS_ROOM || facts->pool->kind == POOL_MANUAL)
    return;
  if (facts->wanted != NULL && facts->wanted->size > 0)
    say(asking, "schedule", TRUE, "%s", facts->wanted->reason);
  if (ask_room(asking))
    ask_placement(asking);
}

ConnectDecision
connect_rules_decide(const ConnectFacts *facts)
{
  Asking asking = {.facts = facts, .decision = {.rules = rule_list_new()}};
  if (!ask_database(&asking) || !ask_pool(&asking))
    return asking.decision;
  ask_account(&asking);
  if (goes_on(&asking))
    ask_entitled(&asking);
  if (goes_on(&asking))
    ask_second_factor(&asking);
  gboolean own = goes_on(&asking) && ask_own(&asking);
  if (!own && goes_on(&asking))
    ask_limit(&asking);
  if (!own && goes_on(&asking))
    ask_free(&asking);
  return asking.decision;
}

const char *
connect_rules_outcome_name(ConnectOutcome outcome)
{
  return outcome_names[outcome];
}

void
connect_rules_refuse(const ConnectDecision *decision, GError **error)
{
  GError *refusal = g_error_new_literal(CARAWAY_ERROR, (int)decision->code, decision->sentence);
  error_set_rules(refusal, decision->rules);
  g_propagate_error(error, refusal);
}

void
connect_decision_clear(ConnectDecision *decision)
{
  g_clear_pointer(&decision->rules, g_ptr_array_unref);
}
