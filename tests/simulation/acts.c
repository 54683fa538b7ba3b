/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/acts.h"

#include "tests/simulation/acts_brokers.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/people.h"
#include "tests/simulation/simulated_host.h"

#define MS ((gint64)1000)

#define STOPPED_PERCENT 8 /* of the acts, where there are several brokers */
#define STOPPED_STEPS   4 /* transactions before it */

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
  return broker != NULL && !simulated_host_is_linked(host) && (simulated_host_dial(host, broker), TRUE);
}

/* It goes to another broker, though nothing is wrong with its link. */
static gboolean
move(World *world)
{
  Broker *broker = world_any_broker(world);
  return world->broker_count > 1 && broker != NULL && simulated_host_dial(some_host(world), broker);
}

static gboolean
disturb_host(World *world)
{
  SimulatedHost *host = some_host(world);
  switch (chance_below(9)) {
  case 0:
  case 1:
  case 2:
    simulated_host_cut(host, chance_of(80));
    return TRUE;
  case 8:
    simulated_host_drop_old_links(host);
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
    {8, acts_tick},
    {20, acts_catch_up},
    {6, acts_start_broker},
    {1, acts_kill_broker},
    {3, acts_arm_fault},
    {3, acts_let_time_pass},
    {1, acts_set_clock},
    {5, acts_beat},
    {14, acts_carry_notices},
    {3, move},
    {3, acts_stop_broker},
    {5, acts_resume_broker},
    {1, acts_end_broker},
};

/* One that may be stopped half way. */
typedef struct {
  World *world;
  Act act;
} Undertaking;

static gboolean
take(gpointer data)
{
  const Undertaking *undertaking = data;
  return undertaking->act(undertaking->world);
}

/* Whoever acts is stopped; what it was about waits with it. */
static void
be_stopped(Course *course, gpointer data)
{
  World *world = ((const Undertaking *)data)->world;
  world_stop_broker(world, world_find_broker(world, world->acting), course);
}

static gboolean
act_once(World *world, Act act)
{
  if (world->broker_count == 1 || !chance_of(STOPPED_PERCENT))
    return act(world);
  Undertaking *undertaking = world_keep(world, sizeof *undertaking);
  *undertaking = (Undertaking){world, act};
  gboolean happened = TRUE;
  stopping_run(take, chance_below(STOPPED_STEPS), be_stopped, undertaking, &happened);
  return happened;
}

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
    if (act_once(world, acts[i].act))
      return;
  }
}
