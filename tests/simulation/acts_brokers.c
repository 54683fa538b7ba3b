/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/acts_brokers.h"

#include "common/base/error.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/shared_database.h"
#include "tests/simulation/simulated_host.h"

#define SECOND      ((gint64)G_USEC_PER_SEC)
#define HOUR        (3600 * SECOND)
#define ALL_NOTICES 10000
#define BEAT_US     (2 * SECOND) /* rare enough to be quick, often enough not to look like a stop */

static gboolean
is_shared(const World *world)
{
  return world->broker_count > 1;
}

typedef gboolean (*Turn)(Services *services, GError **error);

static gboolean
take_turn(World *world, Broker *broker, Turn turn)
{
  if (broker == NULL || broker->services == NULL || broker->is_stopped)
    return FALSE;
  world_before(world, broker);
  g_autoptr(GError) error = NULL;
  if (!turn(broker->services, &error))
    world_note(world, (Event){.kind = EVENT_FAULT, .text = error_stable_name(error)});
  world_after(world, broker);
  return TRUE;
}

gboolean
acts_tick(World *world)
{
  return take_turn(world, world_any_broker(world), services_tick);
}

gboolean
acts_catch_up(World *world)
{
  return take_turn(world, world_any_broker(world), services_catch_up);
}

gboolean
acts_beat(World *world)
{
  return is_shared(world) && take_turn(world, world_any_broker(world), services_beat);
}

gboolean
acts_carry_notices(World *world)
{
  Broker *broker = world_any_broker(world);
  if (!is_shared(world) || broker == NULL)
    return FALSE;
  if (chance_of(5))
    shared_database_lose(broker->number);
  else
    shared_database_let_arrive(broker->number, 1 + chance_below(8), chance_of(80));
  return TRUE;
}

void
acts_turn_brokers(World *world)
{
  for (guint i = 0; i < world->broker_count; i++) {
    Broker *broker = &world->brokers[i];
    shared_database_let_arrive(broker->number, ALL_NOTICES, TRUE);
    if (is_shared(world))
      take_turn(world, broker, services_beat);
    take_turn(world, broker, services_tick);
    take_turn(world, broker, services_catch_up);
  }
}

void
acts_watch(World *world, guint seconds)
{
  if (!is_shared(world)) {
    fake_clock_advance(&world->clock, seconds * SECOND);
    return;
  }
  for (gint64 passed_us = 0; passed_us < seconds * SECOND; passed_us += BEAT_US) {
    fake_clock_advance(&world->clock, BEAT_US);
    for (guint i = 0; i < world->broker_count; i++)
      take_turn(world, &world->brokers[i], services_beat);
  }
}

/* --- processes --- */

gboolean
acts_start_broker(World *world)
{
  for (guint i = 0; i < world->broker_count; i++) {
    Broker *broker = &world->brokers[i];
    if (broker->services == NULL && !broker->is_stopped)
      return world_start_broker(world, broker), TRUE;
  }
  return FALSE;
}

gboolean
acts_kill_broker(World *world)
{
  Broker *broker = chance_of(50) ? world_stopped_broker(world) : NULL;
  if (broker == NULL)
    broker = world_any_broker(world);
  if (broker == NULL)
    return FALSE;
  world_kill_broker(world, broker);
  return TRUE;
}

gboolean
acts_end_broker(World *world)
{
  Broker *broker = world_any_broker(world);
  if (!is_shared(world) || broker == NULL)
    return FALSE;
  world_end_broker(world, broker);
  return TRUE;
}

gboolean
acts_stop_broker(World *world)
{
  Broker *broker = world_any_broker(world);
  if (!is_shared(world) || broker == NULL)
    return FALSE;
  world_stop_broker(world, broker, NULL);
  return TRUE;
}

gboolean
acts_resume_broker(World *world)
{
  Broker *broker = world_stopped_broker(world);
  if (broker == NULL)
    return FALSE;
  world_resume_broker(world, broker);
  return TRUE;
}

/* --- the database and time --- */

gboolean
acts_arm_fault(World *world)
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

/* Several brokers watch each other meanwhile, or all of them miss each other's beats. */
gboolean
acts_let_time_pass(World *world)
{
  gint64 seconds = 2 + (gint64)chance_below(60);
  if (is_shared(world) && chance_of(75))
    acts_watch(world, (guint)(2 + seconds / 4));
  else
    fake_clock_advance(&world->clock, seconds * SECOND);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_heartbeat(world->hosts[i]);
  acts_tick(world);
  return TRUE;
}

gboolean
acts_set_clock(World *world)
{
  static const gint64 steps[] = {HOUR, -HOUR, 24 * HOUR, -24 * HOUR};
  gint64 step = steps[chance_below(G_N_ELEMENTS(steps))];
  world->clock.wall_us += step;
  world_note(world, (Event){.kind = EVENT_CLOCK_STEP, .number = step / HOUR});
  return TRUE;
}
