/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/acts.h"

#include "broker/service/sessions/session_list.h"
#include "common/base/error.h"
#include "tests/simulation/acts_brokers.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/observer.h"
#include "tests/simulation/people.h"
#include "tests/simulation/simulated_host.h"

#define ROUNDS_MAX    80
#define ROUND_S       5
#define TURNS_TO_MEND 3
#define FINAL_SIZE    6 /* more than there are people */
#define FINAL_SPARES  2

#define EVERYBODY_LEAVES_PERCENT 30 /* of the runs: it takes time */

static const Manner plainly = {.take_over = TRUE};

static void
start_all(World *world)
{
  for (guint i = 0; i < world->broker_count; i++)
    while (world->brokers[i].services == NULL)
      world_start_broker(world, &world->brokers[i]);
}

static gboolean
turn_host(World *world, SimulatedHost *host)
{
  gboolean moved = FALSE;
  if (!simulated_host_is_linked(host))
    moved = simulated_host_dial(host, world_any_broker(world));
  while (simulated_host_obey(host))
    moved = TRUE;
  while (simulated_host_progress(host))
    moved = TRUE;
  while (simulated_host_be_heard(host))
    moved = TRUE;
  return moved;
}

/* NULL: nothing is on its way. */
static char *
find_unrest(World *world)
{
  for (guint i = 0; i < WORLD_HOSTS; i++)
    if (!simulated_host_is_quiet(world->hosts[i]))
      return g_strdup_printf("%s is at work", simulated_host_name(world->hosts[i]));
  return observer_unrest(world->observer);
}

/* Quiet twice in a row: the keeper's turn between finds nothing to do. NULL when it came to rest. */
static char *
settle(World *world)
{
  g_autofree char *unrest = NULL;
  for (guint round = 0, quiet = 0; round < ROUNDS_MAX; round++) {
    gboolean moved = FALSE;
    for (guint i = 0; i < WORLD_HOSTS; i++)
      moved |= turn_host(world, world->hosts[i]);
    acts_turn_brokers(world);
    g_free(unrest);
    unrest = find_unrest(world);
    quiet = !moved && unrest == NULL ? quiet + 1 : 0;
    if (quiet == 2)
      return NULL;
    acts_watch(world, ROUND_S);
  }
  return unrest != NULL ? g_steal_pointer(&unrest) : g_strdup("something keeps moving");
}

static void
note_state(World *world)
{
  g_autofree char *unrest = settle(world);
  if (unrest != NULL) {
    world_note(world, (Event){.kind = EVENT_NOT_QUIET, .text = unrest});
    return;
  }
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_report_machines(world->hosts[i]);
  world_note(world, (Event){.kind = EVENT_SETTLED});
  world_note(world, (Event){.kind = EVENT_FINAL_POOL, .pool = WORLD_POOL, .wanted = FINAL_SPARES});
}

static void
heal(World *world)
{
  database_faults_clear();
  world->is_healed = TRUE;
  world_note(world, (Event){.kind = EVENT_FAULT, .text = "none from here on"});
  while (acts_resume_broker(world))
    ;
  start_all(world);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_drop_old_links(world->hosts[i]);
  for (guint i = 0; i < TURNS_TO_MEND; i++) { /* a broker tries its database again after a pause */
    acts_turn_brokers(world);
    acts_watch(world, ROUND_S);
  }
  Broker *broker = world_any_broker(world);
  for (guint i = 0; i < WORLD_USERS; i++) {
    if (world->people[i].is_out) {
      people_disable(broker, &world->people[i], FALSE, plainly);
      people_entitle(broker, &world->people[i], TRUE, plainly);
    }
  }
  people_resize(broker, FINAL_SIZE, plainly);
}

static gboolean
runs_ready(World *world, const Session *session)
{
  for (guint i = 0; i < WORLD_HOSTS; i++)
    if (g_str_equal(simulated_host_name(world->hosts[i]), session->host))
      return simulated_host_is_ready(world->hosts[i], session->desktop_id);
  return FALSE;
}

/* What the session that @person was given has become. */
static void
note_final(World *world, Person *person)
{
  g_autoptr(GError) error = NULL;
  Broker *broker = world_any_broker(world);
  world_before(world, broker);
  g_autoptr(Session) session =
      person->session != NULL
          ? session_list_get(broker->services, person->devices[0], person->session, &error)
          : NULL;
  Event event = {.kind = EVENT_FINAL_CONNECT, .user = person->name, .text = "nothing"};
  if (error != NULL)
    event.text = error_stable_name(error);
  world_after(world, broker);
  if (session != NULL)
    event = (Event){.kind = EVENT_FINAL_CONNECT,
                    .user = person->name,
                    .session = session->id,
                    .desktop = session->desktop_id,
                    .host = session->host,
                    .text = session_state_name(session->state),
                    .number = runs_ready(world, session)};
  world_note(world, event);
}

void
acts_finish(World *world)
{
  heal(world);
  note_state(world);
  Broker *broker = world_any_broker(world);
  for (guint i = 0; i < WORLD_USERS; i++) {
    g_clear_pointer(&world->people[i].session, g_free);
    people_connect(broker, &world->people[i], plainly);
  }
  note_state(world);
  for (guint i = 0; i < WORLD_USERS; i++)
    note_final(world, &world->people[i]);
  if (!chance_of(EVERYBODY_LEAVES_PERCENT))
    return;
  for (guint i = 0; i < WORLD_USERS; i++)
    if (world->people[i].session != NULL)
      people_log_off(broker, &world->people[i], plainly);
  note_state(world);
}
