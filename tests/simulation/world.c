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
#include "tests/simulation/observer.h"
#include "tests/simulation/shared_database.h"
#include "tests/simulation/simulated_host.h"
#include "tests/simulation/world_brokers.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#define BEGINNING_US (1700000000 * (gint64)G_USEC_PER_SEC)
#define POOL_SIZE    4
#define POOL_SPARES  2

#define BROKERS_SHARE_PERCENT 40 /* of the runs have several */

static const char *const names[WORLD_USERS] = {"anna", "bert", "carla", "dora", "emil"};

/* --- the beginning --- */

static void
join_hosts(Services *services, const Caller *administrator)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 1; i <= WORLD_HOSTS; i++) {
    g_autofree char *name = g_strdup_printf("kvm%u", i);
    g_autoptr(JoinToken) token = host_registry_create_join_token(services, administrator, "host", 0, &error);
    g_assert_no_error(error);
    gboolean joined = host_registry_join(services, token->secret, "host", name, "192.0.2.10", 8444, NULL,
                                         "192.0.2.10", &error);
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

/* Who made it does not count among the brokers of a run. */
static void
forget_brokers(const char *path)
{
  sqlite3 *handle = NULL;
  if (sqlite3_open(path, &handle) != SQLITE_OK ||
      sqlite3_exec(handle, "DELETE FROM broker; DELETE FROM lease", NULL, NULL, NULL) != SQLITE_OK)
    g_error("the template cannot be made: %s", sqlite3_errmsg(handle));
  sqlite3_close(handle);
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
  g_clear_pointer(&services, services_free);
  forget_brokers(path);
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
  world->kept = g_ptr_array_new_with_free_func(g_free);
  world->trace = trace;
  world->database = g_strdup(database);
  remove_files(database);
  copy_file(template, database);
  fake_clock_init(&world->clock, BEGINNING_US + G_USEC_PER_SEC);
  world->administrator = caller_new("admin-id", "admin", TRUE, "192.0.2.1", "admin-device");
  world->observer = observer_new(world, database);
  for (guint i = 0; i < WORLD_HOSTS; i++)
    world->hosts[i] = simulated_host_new(world, i + 1);
  world->broker_count = chance_of(BROKERS_SHARE_PERCENT) ? WORLD_BROKERS : 1;
  shared_database_begin(world->broker_count > 1);
  world_brokers_init(world);
  for (guint i = 0; i < world->broker_count; i++)
    if (!world_start_broker(world, &world->brokers[i]))
      g_error("the first broker does not start");
  meet_people(world);
  return world;
}

void
world_note(World *world, Event event)
{
  event.time_us = world->clock.boottime_us;
  event.wall_us = world->clock.wall_us;
  event.broker = world->acting;
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

gpointer
world_keep(World *world, gsize size)
{
  gpointer room = g_malloc0(size);
  g_ptr_array_add(world->kept, room);
  return room;
}

void
world_free(World *world)
{
  if (world == NULL)
    return;
  world_brokers_clear(world);
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
  g_ptr_array_unref(world->kept);
  caller_free(world->administrator);
  history_free(world->history);
  remove_files(world->database);
  g_free(world->database);
  g_free(world);
}
