/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/world_brokers.h"

#include "broker/service/services_private.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/mutants.h"
#include "tests/simulation/observer.h"
#include "tests/simulation/shared_database.h"
#include "tests/simulation/simulated_host.h"

/* --- what a broker needs of the world --- */

static gboolean
deliver(HostSender *sender, const char *name, gint64 id, const char *text)
{
  Broker *broker = (Broker *)sender;
  if (database_faults_is_dead())
    return FALSE;
  for (guint i = 0; i < WORLD_HOSTS; i++) {
    SimulatedHost *host = broker->world->hosts[i];
    if (g_str_equal(simulated_host_name(host), name))
      return simulated_host_deliver(host, broker, text) && mutants_deliver(broker, i, text);
  }
  return FALSE;
}

static void
drop_link(HostSender *sender, const char *name, gint64 term)
{
  Broker *broker = (Broker *)sender;
  for (guint i = 0; i < WORLD_HOSTS && !database_faults_is_dead(); i++)
    if (g_str_equal(simulated_host_name(broker->world->hosts[i]), name))
      simulated_host_drop_link(broker->world->hosts[i], broker, term);
}

static void
renew(HostSender *sender)
{
  Broker *broker = (Broker *)sender;
  for (guint i = 0; i < WORLD_HOSTS && !database_faults_is_dead(); i++)
    simulated_host_renew(broker->world->hosts[i], broker);
}

static char *
fetch_boot_log(HostSender *sender, const char *host, const char *desktop_id, guint limit_ms, GError **error)
{
  return g_strdup("");
}

static Grant *
copy_grant(const Grant *grant)
{
  Grant *copy = g_new0(Grant, 1);
  *copy = *grant;
  copy->id = g_strdup(grant->id);
  copy->session = g_strdup(grant->session);
  copy->desktop = g_strdup(grant->desktop);
  copy->host = g_strdup(grant->host);
  copy->address = g_strdup(grant->address);
  copy->identity = g_strdup(grant->identity);
  copy->user = g_strdup(grant->user);
  copy->channels = g_strdupv(grant->channels);
  copy->viewer = g_strdup(grant->viewer);
  return copy;
}

static char *
sign(GrantSigner *signer, const Grant *grant, GError **error)
{
  Broker *broker = (Broker *)(gpointer)((char *)signer - G_STRUCT_OFFSET(Broker, signer));
  g_clear_pointer(&broker->signed_grant, grant_free);
  broker->signed_grant = copy_grant(grant);
  return g_strdup("grant");
}

static void
tell_keys(HostSender *sender, const GPtrArray *keys)
{
  /* grants are not really signed */
}

/* --- processes --- */

void
world_brokers_init(World *world)
{
  for (guint i = 0; i < world->broker_count; i++)
    world->brokers[i] = (Broker){.sender = {.deliver = deliver,
                                            .drop_link = drop_link,
                                            .tell_keys = tell_keys,
                                            .fetch_boot_log = fetch_boot_log,
                                            .renew = renew},
                                 .signer = {.sign = sign},
                                 .world = world};
}

void
world_before(World *world, const Broker *broker)
{
  g_assert_false(broker->is_stopped);
  world->acting = broker->number;
  shared_database_set_acting(broker->number);
  mutants_set_acting(broker->services);
}

/* One that was killed leaves its name to nobody: whoever takes it has to watch for a while whether its owner
 * lives, which takes real time. */
gboolean
world_start_broker(World *world, Broker *broker)
{
  g_autoptr(GError) error = NULL;
  broker->number = ++world->broker_numbers;
  if (*broker->name == '\0')
    g_snprintf(broker->name, sizeof broker->name, "broker%u", broker->number);
  world_before(world, broker);
  const ServicesOptions options = {.database_path = world->database,
                                   .broker_name = broker->name,
                                   .clock = &world->clock.clock,
                                   .sender = &broker->sender,
                                   .signer = &broker->signer};
  broker->services = services_new(&options, &error);
  if (broker->services != NULL)
    world_note(world, (Event){.kind = EVENT_BROKER_STARTED, .number = broker->number});
  else
    *broker->name = '\0';
  world_after(world, broker);
  return broker->services != NULL;
}

static void
hang_up(World *world, const Broker *broker)
{
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_lose_broker(world->hosts[i], broker);
}

static void
bury(World *world, Broker *broker)
{
  g_clear_pointer(&broker->services, services_free);
  g_clear_pointer(&broker->signed_grant, grant_free);
  *broker->name = '\0';
  database_faults_clear();
  world_note(world, (Event){.kind = EVENT_BROKER_DIED, .number = broker->number});
  hang_up(world, broker);
}

void
world_after(World *world, Broker *acting)
{
  observer_look(world->observer);
  if (database_faults_is_dead())
    bury(world, acting);
  world->acting = 0;
  shared_database_set_acting(0);
}

void
world_kill_broker(World *world, Broker *broker)
{
  Course *course = g_steal_pointer(&broker->course);
  broker->is_stopped = FALSE;
  world_before(world, broker);
  database_faults_die();
  if (course != NULL)
    stopping_go_on(course); /* what it still tries fails, and it is buried */
  else
    world_after(world, broker);
}

void
world_end_broker(World *world, Broker *broker)
{
  world_before(world, broker);
  g_clear_pointer(&broker->services, services_free);
  world_note(world, (Event){.kind = EVENT_BROKER_DIED, .number = broker->number, .text = "in order"});
  hang_up(world, broker);
  if (database_faults_is_dead() || database_faults_happened()) { /* it did not come to say so */
    database_faults_clear();
    *broker->name = '\0';
  }
  world_after(world, broker);
}

void
world_stop_broker(World *world, Broker *broker, Course *course)
{
  world_note(world, (Event){.kind = EVENT_BROKER_STOPPED,
                            .number = broker->number,
                            .text = course != NULL ? "half way" : NULL});
  observer_look(world->observer);
  broker->is_stopped = TRUE;
  broker->course = course;
  world->acting = 0;
  shared_database_set_acting(0);
}

void
world_resume_broker(World *world, Broker *broker)
{
  Course *course = g_steal_pointer(&broker->course);
  broker->is_stopped = FALSE;
  world_note(world, (Event){.kind = EVENT_BROKER_RESUMED, .number = broker->number});
  if (course == NULL)
    return;
  world_before(world, broker);
  stopping_go_on(course);
}

static Broker *
find(World *world, gboolean is_stopped)
{
  guint first = chance_below(world->broker_count);
  for (guint i = 0; i < world->broker_count; i++) {
    Broker *broker = &world->brokers[(first + i) % world->broker_count];
    if (broker->is_stopped == is_stopped && (is_stopped || broker->services != NULL))
      return broker;
  }
  return NULL;
}

Broker *
world_any_broker(World *world)
{
  return find(world, FALSE);
}

Broker *
world_stopped_broker(World *world)
{
  return find(world, TRUE);
}

Broker *
world_find_broker(World *world, guint number)
{
  for (guint i = 0; i < world->broker_count; i++)
    if (world->brokers[i].number == number)
      return &world->brokers[i];
  return NULL;
}

guint
world_number_of(const World *world, const char *instance)
{
  for (guint i = 0; i < world->broker_count; i++) {
    const Broker *broker = &world->brokers[i];
    if (broker->services != NULL && g_strcmp0(broker->services->instance, instance) == 0)
      return broker->number;
  }
  return 0;
}

void
world_brokers_clear(World *world)
{
  for (guint i = 0; i < world->broker_count; i++) {
    services_free(world->brokers[i].services);
    g_clear_pointer(&world->brokers[i].signed_grant, grant_free);
  }
}
