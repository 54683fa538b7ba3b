/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/world.h"

#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/image_registry.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/setup.h"
#include "common/base/error.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/mutants.h"
#include "tests/simulation/observer.h"
#include "tests/simulation/simulated_host.h"

#include <glib/gstdio.h>

#define BEGINNING_US (1700000000 * (gint64)G_USEC_PER_SEC)
#define POOL_SIZE    4
#define POOL_SPARES  2

static const char *const names[WORLD_USERS] = {"anna", "bert", "carla", "dora", "emil"};

/* --- brokers --- */

static gboolean
deliver(HostSender *sender, const char *name, gint64 id, const char *text)
{
  Broker *broker = (Broker *)sender;
  if (database_faults_is_dead())
    return FALSE;
  for (guint i = 0; i < WORLD_HOSTS; i++) {
    SimulatedHost *host = broker->world->hosts[i];
    gboolean here = g_str_equal(simulated_host_name(host), name);
    if (here && simulated_host_is_linked(host, broker))
      return simulated_host_deliver(host, text) && mutants_deliver(broker->world, i, text);
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
  g_clear_pointer(&broker->world->signed_grant, grant_free);
  broker->world->signed_grant = copy_grant(grant);
  return g_strdup("grant");
}

gboolean
world_start_broker(World *world, Broker *broker)
{
  g_autoptr(GError) error = NULL;
  const ServicesOptions options = {.database_path = world->database,
                                   .clock = &world->clock.clock,
                                   .sender = &broker->sender,
                                   .signer = &broker->signer};
  broker->services = services_new(&options, &error);
  if (broker->services != NULL)
    world_note(world, (Event){.kind = EVENT_BROKER_STARTED, .number = broker->number});
  world_after(world, broker);
  return broker->services != NULL;
}

void
world_kill_broker(World *world, Broker *broker)
{
  database_faults_die();
  world_after(world, broker);
}

static void
bury(World *world, Broker *broker)
{
  g_clear_pointer(&broker->services, services_free);
  database_faults_clear();
  world_note(world, (Event){.kind = EVENT_BROKER_DIED, .number = broker->number});
  for (guint i = 0; i < WORLD_HOSTS; i++)
    if (simulated_host_is_linked(world->hosts[i], broker))
      simulated_host_cut(world->hosts[i], FALSE);
}

void
world_after(World *world, Broker *acting)
{
  if (database_faults_is_dead())
    bury(world, acting);
  observer_look(world->observer);
}

Broker *
world_any_broker(World *world)
{
  guint first = chance_below(WORLD_BROKERS);
  for (guint i = 0; i < WORLD_BROKERS; i++) {
    Broker *broker = &world->brokers[(first + i) % WORLD_BROKERS];
    if (broker->services != NULL)
      return broker;
  }
  return NULL;
}

/* --- the beginning --- */

static void
join_hosts(Services *services, const Caller *administrator)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 1; i <= WORLD_HOSTS; i++) {
    g_autofree char *name = g_strdup_printf("kvm%u", i);
    g_autoptr(JoinToken) token = host_registry_create_join_token(services, administrator, "host", 0, &error);
    g_assert_no_error(error);
    gboolean joined =
        host_registry_join(services, token->secret, "host", name, "192.0.2.10", 8444, "192.0.2.10", &error);
    g_assert_no_error(error);
    g_assert_true(joined);
    HostImage image = {.name = WORLD_POOL, .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
    const HostHello hello = {.host = name,
                             .boot_id = "boot-0",
                             .agent_version = "0.1.0",
                             .accelerator_reason = "simulated",
                             .relay = {"192.0.2.10", 8444},
                             .images = &image,
                             .image_count = 1};
    g_autoptr(HostGreeting) greeting = host_events_hello(services, name, &hello, &error);
    g_assert_no_error(error);
  }
}

static void
make_pool(Services *services, const Caller *administrator)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Image) image = image_registry_register(services, administrator, WORLD_POOL, &error);
  g_assert_no_error(error);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.name = WORLD_POOL;
  settings.image = WORLD_POOL;
  settings.size = POOL_SIZE;
  settings.spares = POOL_SPARES;
  settings.memory_mib = 512;
  settings.vcpus = 1;
  g_autoptr(PoolStatus) status = pool_admin_create(services, administrator, &settings, &error);
  g_assert_no_error(error);
}

static void
make_people(Services *services, const Caller *administrator)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < WORLD_USERS; i++) {
    const NewUser new_user = {.name = names[i], .password = "a long enough secret"};
    g_autoptr(User) user = user_admin_create(services, administrator, &new_user, &error);
    g_assert_no_error(error);
    gboolean entitled =
        pool_admin_entitle(services, administrator, WORLD_POOL, ENTITLEMENT_USER, names[i], &error);
    g_assert_no_error(error);
    g_assert_true(entitled);
  }
}

char *
world_make_template(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(folder, "template.db", NULL);
  FakeClock clock;
  fake_clock_init(&clock, BEGINNING_US);
  chance_seed(0);
  const ServicesOptions options = {.database_path = path, .clock = &clock.clock};
  g_autoptr(Services) services = services_new(&options, &error);
  g_assert_no_error(error);
  g_assert_true(setup_first_administrator(services, "admin", "a long enough secret", FALSE, &error));
  g_autoptr(Caller) administrator = caller_new("admin-id", "admin", TRUE, "192.0.2.1", "admin-device");
  join_hosts(services, administrator);
  make_pool(services, administrator);
  make_people(services, administrator);
  return g_steal_pointer(&path);
}

static void
copy_file(const char *from, const char *to)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *data = NULL;
  gsize size;
  if (!g_file_get_contents(from, &data, &size, &error) ||
      !g_file_set_contents_full(to, data, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    g_error("the database cannot be copied: %s", error->message);
}

static void
remove_files(const char *database)
{
  static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
  for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
    g_autofree char *path = g_strconcat(database, endings[i], NULL);
    g_remove(path);
  }
}

static void
meet_people(World *world)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < WORLD_USERS; i++) {
    Person *person = &world->people[i];
    g_autoptr(User) user = user_admin_get(world->brokers[0].services, names[i], &error);
    g_assert_no_error(error);
    person->name = names[i];
    person->grants = g_ptr_array_new_with_free_func((GDestroyNotify)grant_free);
    for (guint device = 0; device < G_N_ELEMENTS(person->devices); device++) {
      g_autofree char *token = g_strdup_printf("%s-device-%u", names[i], device);
      person->devices[device] = caller_new(user->id, names[i], FALSE, "198.51.100.7", token);
    }
  }
}

World *
world_new(const char *template, const char *database, gboolean trace)
{
  World *world = g_new0(World, 1);
  world->history = history_new();
  world->trace = trace;
  world->database = g_strdup(database);
  remove_files(database);
  copy_file(template, database);
  fake_clock_init(&world->clock, BEGINNING_US + G_USEC_PER_SEC);
  world->administrator = caller_new("admin-id", "admin", TRUE, "192.0.2.1", "admin-device");
  world->observer = observer_new(world, database);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    world->hosts[i] = simulated_host_new(world, i + 1);
  for (guint i = 0; i < WORLD_BROKERS; i++) {
    Broker *broker = &world->brokers[i];
    *broker = (Broker){.sender = {.deliver = deliver,
                                  .drop_link = drop_link,
                                  .fetch_boot_log = fetch_boot_log,
                                  .renew = renew},
                       .signer = {.sign = sign},
                       .world = world,
                       .number = i + 1};
    if (!world_start_broker(world, broker))
      g_error("the first broker does not start");
  }
  meet_people(world);
  return world;
}

void
world_note(World *world, Event event)
{
  event.time_us = world->clock.boottime_us;
  event.wall_us = world->clock.wall_us;
  history_add(world->history, &event);
  if (!world->trace)
    return;
  g_autofree char *line = history_line(world->history, history_length(world->history) - 1);
  g_print("%s\n", line);
}

guint
world_next_call(World *world)
{
  return ++world->calls;
}

void
world_free(World *world)
{
  if (world == NULL)
    return;
  for (guint i = 0; i < WORLD_BROKERS; i++)
    services_free(world->brokers[i].services);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    simulated_host_free(world->hosts[i]);
  for (guint i = 0; i < WORLD_USERS; i++) {
    Person *person = &world->people[i];
    for (guint device = 0; device < G_N_ELEMENTS(person->devices); device++)
      caller_free(person->devices[device]);
    g_free(person->key);
    g_free(person->session);
    g_ptr_array_unref(person->grants);
  }
  observer_free(world->observer);
  caller_free(world->administrator);
  g_clear_pointer(&world->signed_grant, grant_free);
  history_free(world->history);
  remove_files(world->database);
  g_free(world->database);
  g_free(world);
}
