/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/acts.h"

#include "common/base/error.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/people.h"
#include "tests/simulation/simulated_host.h"

#define MS   ((gint64)1000)
#define HOUR (3600 * (gint64)G_USEC_PER_SEC)

/* Each returns FALSE when it cannot happen now. */
typedef gboolean (*Act)(World *world);

static Person *
somebody(World *world)
{
  return &world->people[chance_below(WORLD_USERS)];
}

static SimulatedHost *
some_host(World *world)
{
  return world->hosts[chance_below(WORLD_HOSTS)];
}

static Manner
some_manner(void)
{
  return (Manner){.device = chance_of(15), .take_over = chance_of(40), .drop_answer = chance_of(6)};
}

/* --- people --- */

static gboolean
connect_somebody(World *world)
{
  Broker *broker = world_any_broker(world);
  Person *person = somebody(world);
  Manner manner = some_manner();
  manner.repeat = person->wants_answer ? chance_of(80) : chance_of(25);
  return broker != NULL && (people_connect(broker, person, manner), TRUE);
}

static gboolean
log_off(World *world)
{
  Broker *broker = world_any_broker(world);
  Person *person = somebody(world);
  return broker != NULL && person->session != NULL && (people_log_off(broker, person, some_manner()), TRUE);
}

static gboolean
control(World *world)
{
  Broker *broker = world_any_broker(world);
  Person *person = somebody(world);
  return broker != NULL && person->session != NULL && (people_control(broker, person, some_manner()), TRUE);
}

static gboolean
ask_grant(World *world)
{
  Broker *broker = world_any_broker(world);
  Person *person = somebody(world);
  return broker != NULL && person->session != NULL && (people_ask_grant(broker, person, some_manner()), TRUE);
}

static gboolean
open_console(World *world)
{
  Person *person = somebody(world);
  if (person->grants->len == 0)
    return FALSE;
  const Grant *grant = g_ptr_array_index(person->grants, chance_below(person->grants->len));
  for (guint i = 0; i < WORLD_HOSTS; i++)
    if (g_str_equal(simulated_host_name(world->hosts[i]), grant->host))
      simulated_host_admit(world->hosts[i], grant);
  return TRUE;
}

static gboolean
close_console(World *world)
{
  return simulated_host_close_console(some_host(world));
}

static gboolean
administrate(World *world)
{
  Broker *broker = world_any_broker(world);
  if (broker == NULL)
    return FALSE;
  Person *person = somebody(world);
  switch (chance_below(6)) {
  case 0:
    people_disable(broker, person, TRUE, some_manner());
    break;
  case 1:
    people_disable(broker, person, FALSE, some_manner());
    break;
  case 2:
    people_entitle(broker, person, FALSE, some_manner());
    break;
  case 3:
    people_entitle(broker, person, TRUE, some_manner());
    break;
  case 4:
    people_resize(broker, 2 + (gint64)chance_below(4), some_manner());
    break;
  default:
    people_delete_desktop(broker, some_manner());
  }
  return TRUE;
}

/* --- hosts --- */

static gboolean
obey(World *world)
{
  return simulated_host_obey(some_host(world));
}

static gboolean
be_heard(World *world)
{
  return simulated_host_be_heard(some_host(world));
}

static gboolean
progress(World *world)
{
  return simulated_host_progress(some_host(world));
}

static gboolean
dial(World *world)
{
  Broker *broker = world_any_broker(world);
  SimulatedHost *host = some_host(world);
  return broker != NULL && !simulated_host_is_linked(host, NULL) && (simulated_host_dial(host, broker), TRUE);
}

static gboolean
disturb_host(World *world)
{
  SimulatedHost *host = some_host(world);
  switch (chance_below(8)) {
  case 0:
  case 1:
  case 2:
    simulated_host_cut(host, chance_of(80));
    return TRUE;
  case 3:
    simulated_host_kill_agent(host);
    return TRUE;
  case 4:
    simulated_host_reboot(host);
    return TRUE;
  case 5:
    return simulated_host_crash_machine(host);
  case 6:
    return simulated_host_sign_out(host);
  default:
    return simulated_host_resurrect(host);
  }
}

/* --- brokers and time --- */

static gboolean
tick_broker(World *world, Broker *broker)
{
  g_autoptr(GError) error = NULL;
  if (!services_tick(broker->services, &error))
    world_note(world, (Event){.kind = EVENT_FAULT, .text = error_stable_name(error)});
  world_after(world, broker);
  return TRUE;
}

static gboolean
tick(World *world)
{
  Broker *broker = world_any_broker(world);
  return broker != NULL && tick_broker(world, broker);
}

/* What was committed is told and delivered. */
static gboolean
catch_up(World *world)
{
  Broker *broker = world_any_broker(world);
  if (broker == NULL)
    return FALSE;
  g_autoptr(GError) error = NULL;
  if (!services_catch_up(broker->services, &error))
    world_note(world, (Event){.kind = EVENT_FAULT, .text = error_stable_name(error)});
  world_after(world, broker);
  return TRUE;
}

static gboolean
start_broker(World *world)
{
  for (guint i = 0; i < WORLD_BROKERS; i++)
    if (world->brokers[i].services == NULL) {
      world_start_broker(world, &world->brokers[i]);
      return TRUE;
    }
  return FALSE;
}

static gboolean
kill_broker(World *world)
{
  Broker *broker = world_any_broker(world);
  if (broker == NULL)
    return FALSE;
  world_kill_broker(world, broker);
  return TRUE;
}

static gboolean
arm_fault(World *world)
{
  static const DatabaseFault faults[] = {DATABASE_FAULT_DIE_BEFORE, DATABASE_FAULT_DIE_AFTER,
                                         DATABASE_FAULT_DIE_AFTER, DATABASE_FAULT_FULL,
                                         DATABASE_FAULT_BROKEN};
  static const char *const words[] = {"will die before a step", "will die after a step",
                                      "will die after a step", "disk will be full", "disk will fail"};
  guint which = chance_below(G_N_ELEMENTS(faults));
  gboolean commits_only = chance_of(50);
  database_faults_arm(faults[which], commits_only ? chance_below(3) : chance_below(60), commits_only);
  world_note(world, (Event){.kind = EVENT_FAULT, .text = words[which]});
  return TRUE;
}

static gboolean
let_time_pass(World *world)
{
  fake_clock_advance(&world->clock, (2 + (gint64)chance_below(60)) * G_USEC_PER_SEC);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_heartbeat(world->hosts[i]);
  tick(world);
  return TRUE;
}

static gboolean
set_clock(World *world)
{
  static const gint64 steps[] = {HOUR, -HOUR, 24 * HOUR, -24 * HOUR};
  gint64 step = steps[chance_below(G_N_ELEMENTS(steps))];
  world->clock.wall_us += step;
  world_note(world, (Event){.kind = EVENT_CLOCK_STEP, .number = step / HOUR});
  return TRUE;
}

static const struct {
  guint weight;
  Act act;
} acts[] = {
    {20, connect_somebody},
    {5, log_off},
    {3, control},
    {6, ask_grant},
    {6, open_console},
    {1, close_console},
    {3, administrate},
    {26, obey},
    {26, be_heard},
    {14, progress},
    {8, dial},
    {3, disturb_host},
    {8, tick},
    {20, catch_up},
    {6, start_broker},
    {1, kill_broker},
    {3, arm_fault},
    {3, let_time_pass},
    {1, set_clock},
};

void
acts_take(World *world)
{
  fake_clock_advance(&world->clock, (1 + (gint64)chance_below(300)) * MS);
  guint total = 0;
  for (guint i = 0; i < G_N_ELEMENTS(acts); i++)
    total += acts[i].weight;
  for (guint attempt = 0; attempt < 8; attempt++) {
    guint left = chance_below(total), i = 0;
    while (left >= acts[i].weight)
      left -= acts[i++].weight;
    if (acts[i].act(world))
      return;
  }
}
