/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/connect_rules.h"

#include <string.h>

static const char *const groups[] = {"nurses", "ward-3", NULL};
static const PoolSizingFacts room = {.size = 5, .assigned = 2};
static const PoolSizingFacts spares_only = {.size = 3, .spare = 3};
static const PoolSizingFacts full = {.size = 5, .assigned = 4, .leaving = 1};

/* Each case starts from these facts: alice may use the pool, has nothing there, and nothing is free. */
typedef struct {
  Pool pool;
  ConnectOwn own;
  Placement placement;
  ScheduleSpan wanted;
  ConnectFacts facts;
} World;

typedef struct {
  const char *name;
  void (*change)(World *world);
  ConnectOutcome outcome;
  CarawayErrorCode code; /* of a refusal */
  const char *rules;     /* as they were asked, those that said no with a dash */
  const char *text;      /* (nullable) in one of them */
} Case;

#define CHANGE(name, statement)                                                                              \
  static void name(World *world)                                                                             \
  {                                                                                                          \
    statement;                                                                                               \
  }

CHANGE(nothing, world->facts.explains = FALSE)
CHANGE(away, world->facts.database_problem = "The database does not answer.")
CHANGE(no_pool, world->facts.pool = NULL)
CHANGE(disabled, world->facts.disabled = TRUE)
CHANGE(stranger, world->facts.entitled = FALSE)
CHANGE(by_group, world->facts.entitled = FALSE; world->facts.groups = groups)
CHANGE(ready, world->facts.ready = "office-0004")
CHANGE(starting, world->facts.starting = "office-0005")
CHANGE(crowded, world->facts.sizing = &full)
static const char *const away_hosts[] = {"kvm1", NULL};

CHANGE(silent_spares, world->facts.unreachable = 3; world->facts.away_hosts = away_hosts)
CHANGE(silent_full, silent_spares(world); world->facts.sizing = &spares_only)
CHANGE(homeless, world->placement.host = -1; world->placement.code = CARAWAY_ERROR_NO_CAPACITY;
       ((Rule *)world->placement.verdicts->pdata[0])->ok = FALSE)
CHANGE(only_own, world->facts.knowledge = CONNECT_KNOWS_OWN)
CHANGE(only_spares, world->facts.knowledge = CONNECT_KNOWS_SPARES)
CHANGE(closed, world->facts.wanted = &world->wanted; world->wanted.size = 0;
       world->wanted.until_us = G_GINT64_CONSTANT(1700000000000000); world->facts.ready = "office-0004")
CHANGE(closed_for_good, world->facts.wanted = &world->wanted; world->wanted.size = 0;
       world->wanted.until_us = SCHEDULE_FOREVER)
CHANGE(closed_owner, world->facts.wanted = &world->wanted; world->wanted.size = 0;
       world->facts.own = &world->own; world->facts.own_count = 1)
CHANGE(scheduled, world->facts.wanted = &world->wanted)
CHANGE(manual, world->pool.kind = POOL_MANUAL; world->facts.sizing = NULL; world->facts.placement = NULL)

static void
owns(World *world)
{
  world->facts.own = &world->own;
  world->facts.own_count = 1;
}

CHANGE(owner, owns(world))
CHANGE(silent, owns(world); world->own.host_state = HOST_SILENT)
CHANGE(lost, owns(world); world->own.host_state = HOST_DOWN; world->own.host_lost = TRUE)
CHANGE(lost_kept, lost(world); world->pool.kind = POOL_DEDICATED)
CHANGE(off, owns(world); world->pool.kind = POOL_DEDICATED; world->own.power = POWER_OFF)
CHANGE(draining, owner(world); world->own.host_duty = HOST_DRAINING)
CHANGE(off_draining, off(world); world->own.host_duty = HOST_DRAINING)
CHANGE(off_maintained, off(world); world->own.host_duty = HOST_MAINTENANCE)
CHANGE(elsewhere, owns(world); world->own.elsewhere = TRUE; world->own.elsewhere_at = "192.0.2.9")
CHANGE(agreed, elsewhere(world); world->facts.take_over = TRUE)
CHANGE(never, agreed(world); world->pool.take_over = POOL_TAKE_OVER_REFUSE)
CHANGE(always, elsewhere(world); world->pool.take_over = POOL_TAKE_OVER_TAKE)
CHANGE(another, owns(world); world->facts.another = TRUE)
CHANGE(another_two, another(world); world->pool.desktops_per_user = 2)
CHANGE(manual_owner, manual(world); owns(world); world->own.power = POWER_OFF)
CHANGE(stranger_explained, stranger(world); crowded(world); world->facts.explains = TRUE)
CHANGE(silent_explained, silent(world); world->facts.explains = TRUE)

CHANGE(strict, owns(world); world->pool.second_factor = POOL_SECOND_FACTOR_REQUIRED)
CHANGE(strict_proven, strict(world); world->facts.second_factor = TRUE)
CHANGE(strict_explained, strict(world); world->facts.explains = TRUE)
CHANGE(strict_enrolled, strict_explained(world); world->facts.second_factor = TRUE)

#define ENTITLED "database pool-exists account-enabled entitled "

static const Case cases[] = {
    {"nothing-free", nothing, CONNECT_MAKE, 0,
     ENTITLED "own-desktop desktops-per-user -spare-ready room-in-pool placement", "kvm1 has room"},
    {"database-away", away, CONNECT_REFUSE, CARAWAY_ERROR_DATABASE, "-database", "does not answer"},
    {"no-pool", no_pool, CONNECT_REFUSE, CARAWAY_ERROR_UNKNOWN_POOL, "database -pool-exists",
     "no pool \"office\""},
    {"disabled", disabled, CONNECT_REFUSE, CARAWAY_ERROR_NOT_ENTITLED,
     "database pool-exists -account-enabled", "alice is disabled"},
    {"stranger", stranger, CONNECT_REFUSE, CARAWAY_ERROR_NOT_ENTITLED,
     "database pool-exists account-enabled -entitled", "Neither alice nor a group"},
    {"by-group", by_group, CONNECT_MAKE, 0,
     ENTITLED "own-desktop desktops-per-user -spare-ready room-in-pool placement",
     "by the group nurses, ward-3"},
    {"ready", ready, CONNECT_ASSIGN, 0, ENTITLED "own-desktop desktops-per-user spare-ready",
     "office-0004 is ready"},
    {"starting", starting, CONNECT_ASSIGN, 0, ENTITLED "own-desktop desktops-per-user spare-ready",
     "office-0005 is being made"},
    {"crowded", crowded, CONNECT_REFUSE, CARAWAY_ERROR_NO_FREE_DESKTOP,
     ENTITLED "own-desktop desktops-per-user -spare-ready -room-in-pool",
     "office has at most 5 desktops; 4 of them are in use and 1 are on their way out."},
    {"silent-spares", silent_spares, CONNECT_MAKE, 0,
     ENTITLED "own-desktop desktops-per-user -spare-ready room-in-pool placement",
     "No desktop of office is ready; 3 are on kvm1, which does not answer."},
    {"silent-full", silent_full, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop desktops-per-user -spare-ready -room-in-pool",
     "3 are on kvm1, which does not answer."},
    {"homeless", homeless, CONNECT_REFUSE, CARAWAY_ERROR_NO_CAPACITY,
     ENTITLED "own-desktop desktops-per-user -spare-ready room-in-pool -placement", NULL},
    {"only-own", only_own, CONNECT_UNDECIDED, 0, ENTITLED "own-desktop desktops-per-user", NULL},
    {"only-spares", only_spares, CONNECT_UNDECIDED, 0, ENTITLED "own-desktop desktops-per-user -spare-ready",
     NULL},
    {"scheduled", scheduled, CONNECT_MAKE, 0,
     ENTITLED "own-desktop desktops-per-user -spare-ready schedule room-in-pool placement", "by rule 1"},
    {"closed", closed, CONNECT_REFUSE, CARAWAY_ERROR_NO_FREE_DESKTOP,
     ENTITLED "own-desktop desktops-per-user -schedule", "next change is on 2023-11-14 at 22:13 UTC."},
    {"closed-for-good", closed_for_good, CONNECT_REFUSE, CARAWAY_ERROR_NO_FREE_DESKTOP,
     ENTITLED "own-desktop desktops-per-user -schedule", "gives nobody another desktop: 8 ready"},
    {"closed-owner", closed_owner, CONNECT_RESUME, 0, ENTITLED "own-desktop host-answers take-over", NULL},
    {"owner", owner, CONNECT_RESUME, 0, ENTITLED "own-desktop host-answers take-over",
     "alice has office-0001 on kvm1, which is up."},
    {"silent", silent, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop -host-answers take-over", "kvm1 does not answer."},
    {"lost", lost, CONNECT_MAKE, 0,
     ENTITLED "own-desktop -host-answers desktops-per-user -spare-ready room-in-pool placement",
     "is given up"},
    {"lost-kept", lost_kept, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop -host-answers take-over", NULL},
    {"off", off, CONNECT_START, 0, ENTITLED "own-desktop host-answers take-over", "which is off"},
    {"draining", draining, CONNECT_RESUME, 0, ENTITLED "own-desktop host-answers take-over", NULL},
    {"off-draining", off_draining, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop host-answers -host-in-service take-over", "kvm1 of office-0001 is being drained"},
    {"off-maintained", off_maintained, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop host-answers -host-in-service take-over", "is in maintenance"},
    {"elsewhere", elsewhere, CONNECT_REFUSE, CARAWAY_ERROR_IN_USE_ELSEWHERE,
     ENTITLED "own-desktop host-answers -take-over", "192.0.2.9"},
    {"agreed", agreed, CONNECT_RESUME, 0, ENTITLED "own-desktop host-answers take-over", "taken over from"},
    {"never", never, CONNECT_REFUSE, CARAWAY_ERROR_NO_TAKE_OVER,
     ENTITLED "own-desktop host-answers -take-over", "lets no other device"},
    {"always", always, CONNECT_RESUME, 0, ENTITLED "own-desktop host-answers take-over", "taken over from"},
    {"another", another, CONNECT_REFUSE, CARAWAY_ERROR_DESKTOP_LIMIT,
     ENTITLED "own-desktop -desktops-per-user", "alice has 1 of at most 1 desktops of office."},
    {"another-of-two", another_two, CONNECT_MAKE, 0,
     ENTITLED "own-desktop desktops-per-user -spare-ready room-in-pool placement", NULL},
    {"manual", manual, CONNECT_REFUSE, CARAWAY_ERROR_NO_FREE_DESKTOP,
     ENTITLED "own-desktop desktops-per-user -spare-ready", "none is assigned to alice"},
    {"manual-owner", manual_owner, CONNECT_START, 0, ENTITLED "own-desktop host-answers take-over", NULL},
    {"stranger-explained", stranger_explained, CONNECT_REFUSE, CARAWAY_ERROR_NOT_ENTITLED,
     "database pool-exists account-enabled -entitled own-desktop desktops-per-user -spare-ready "
     "-room-in-pool",
     NULL},
    {"strict", strict, CONNECT_REFUSE, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED, ENTITLED "-second-factor",
     "this sign-in was not proven with one"},
    {"strict-proven", strict_proven, CONNECT_RESUME, 0,
     ENTITLED "second-factor own-desktop host-answers take-over", "this sign-in was proven with one"},
    {"strict-explained", strict_explained, CONNECT_REFUSE, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED,
     ENTITLED "-second-factor own-desktop host-answers take-over", "alice has none"},
    {"strict-enrolled", strict_enrolled, CONNECT_RESUME, 0,
     ENTITLED "second-factor own-desktop host-answers take-over", "alice has one"},
    {"silent-explained", silent_explained, CONNECT_REFUSE, CARAWAY_ERROR_HOST_GONE,
     ENTITLED "own-desktop -host-answers take-over", NULL},
};

static void
world_init(World *world)
{
  *world = (World){
      .pool = {.name = (char *)"office", .desktops_per_user = 1, .take_over = POOL_TAKE_OVER_ASK},
      .own = {.name = "office-0001", .host = "kvm1", .host_state = HOST_UP, .power = POWER_UP},
      .placement = {.host = 0, .verdicts = rule_list_new()},
      .wanted = {.size = 40, .reason = (char *)"8 ready of at most 40 by rule 1 of the schedule."},
      .facts = {.knowledge = CONNECT_KNOWS_ROOM, .pool_key = "office", .user = "alice", .entitled = TRUE}};
  world->facts.pool = &world->pool;
  world->facts.sizing = &room;
  world->facts.placement = &world->placement;
  g_ptr_array_add(world->placement.verdicts, rule_new("placement", TRUE, g_strdup("kvm1 has room")));
}

static char *
verdicts_of(const GPtrArray *rules, GString *texts)
{
  GString *verdicts = g_string_new(NULL);
  for (guint i = 0; i < rules->len; i++) {
    const Rule *rule = g_ptr_array_index(rules, i);
    g_string_append_printf(verdicts, "%s%s%s", i > 0 ? " " : "", rule->ok ? "" : "-", rule->name);
    g_string_append_printf(texts, "%s\n", rule->text);
  }
  return g_string_free(verdicts, FALSE);
}

static void
test_case(gconstpointer data)
{
  const Case *test = data;
  World world;
  world_init(&world);
  test->change(&world);
  g_auto(ConnectDecision) decision = connect_rules_decide(&world.facts);
  g_autoptr(GString) texts = g_string_new(NULL);
  g_autofree char *verdicts = verdicts_of(decision.rules, texts);
  g_assert_cmpstr(verdicts, ==, test->rules);
  g_assert_cmpstr(connect_rules_outcome_name(decision.outcome), ==,
                  connect_rules_outcome_name(test->outcome));
  if (test->text != NULL)
    g_assert_nonnull(strstr(texts->str, test->text));
  if (test->outcome == CONNECT_REFUSE) {
    g_autoptr(GError) error = NULL;
    connect_rules_refuse(&decision, &error);
    g_assert_error(error, CARAWAY_ERROR, (int)test->code);
    g_assert_cmpuint(error_get_rules(error)->len, ==, decision.rules->len);
    g_assert_nonnull(error_get_reasons(error)[0]);
  }
  placement_clear(&world.placement);
}

/* Who is refused is told something, whatever the combination of facts: no decision is left open. */
static void
test_all_decided(void)
{
  for (guint bits = 0; bits < 1 << 10; bits++) {
    World world;
    world_init(&world);
    world.facts.disabled = (bits & 1) != 0;
    world.facts.entitled = (bits & 2) != 0;
    world.facts.own = &world.own;
    world.facts.own_count = (bits & 4) != 0 ? 1 : 0;
    world.own.host_state = (bits & 8) != 0 ? HOST_UP : HOST_DOWN;
    world.own.host_lost = (bits & 16) != 0;
    world.own.elsewhere = (bits & 32) != 0;
    world.facts.another = (bits & 64) != 0;
    world.facts.ready = (bits & 128) != 0 ? "office-0004" : NULL;
    world.facts.sizing = (bits & 256) != 0 ? &room : &full;
    world.facts.explains = (bits & 512) != 0;
    g_auto(ConnectDecision) decision = connect_rules_decide(&world.facts);
    g_assert_cmpint(decision.outcome, !=, CONNECT_UNDECIDED);
    g_auto(GStrv) refusals = rule_list_refusals(decision.rules);
    if (decision.outcome == CONNECT_REFUSE)
      g_assert_true(decision.sentence != NULL && refusals[0] != NULL);
    placement_clear(&world.placement);
  }
}

static void
test_many_hosts(void)
{
  World world;
  world_init(&world);
  for (guint i = 0; i < 499; i++)
    g_ptr_array_add(world.placement.verdicts, rule_new("placement", FALSE, g_strdup("kvm is full")));
  g_auto(ConnectDecision) decision = connect_rules_decide(&world.facts);
  const Rule *last = g_ptr_array_index(decision.rules, decision.rules->len - 1);
  g_assert_cmpuint(decision.rules->len, <, 50);
  g_assert_cmpstr(last->text, ==, "There are 468 more hosts.");
  placement_clear(&world.placement);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strconcat("/connect-rules/", cases[i].name, NULL);
    g_test_add_data_func(path, &cases[i], test_case);
  }
  g_test_add_func("/connect-rules/all-decided", test_all_decided);
  g_test_add_func("/connect-rules/many-hosts", test_many_hosts);
  return g_test_run();
}
