/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_world.h"

#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/hosts/host_events.h"
#include "broker/store/desktop_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/group_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/secret.h"

#include <string.h>

#define AT_ONCE 1000 /* rows of a transaction */
#define IMAGE   "debian12"

static const char *const channels[] = {"main", "display", "inputs", "cursor", "playback", "record", NULL};
static const char *const nothing[] = {NULL};

char *
bench_world_user(guint number)
{
  return g_strdup_printf("user-%u", number);
}

/* Hashed, so that the ids are as spread as random ones are. */
static char *
make_uuid(const char *kind, guint number)
{
  g_autofree char *text = g_strdup_printf("%s %u", kind, number);
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);
  return g_strdup_printf("%.8s-%.4s-4%.3s-8%.3s-%.12s", hash, hash + 8, hash + 12, hash + 15, hash + 18);
}

char *
bench_world_token(guint number)
{
  return make_uuid("token", number);
}

char *
bench_world_session(guint number)
{
  return make_uuid("session", number);
}

/* In the order in which they were made, as those of the product are (common/base/ordered_uuid.h). */
char *
bench_world_desktop(guint number)
{
  g_autofree char *id = make_uuid("desktop", number);
  char time[16];
  g_snprintf(time, sizeof time, "%08x-%04x-7", 0x19000000 + (number >> 16), number & 0xffff);
  memcpy(id, time, strlen(time));
  return g_steal_pointer(&id);
}

HostDesktop
bench_world_report(guint number)
{
  return (HostDesktop){.id = bench_world_desktop(number),
                       .name = "desktop",
                       .pool = "pool",
                       .epoch = {1, 1},
                       .power = HOST_POWER_UP,
                       .guest = {.ready = TRUE, .user = "user"},
                       .step = "ready",
                       .progress = 100};
}

char *
bench_world_pool(const BenchWorld *world, guint number)
{
  return g_strdup_printf("pool-%u", number % world->pools);
}

char *
bench_world_host(guint number)
{
  return g_strdup_printf("kvm%u", number);
}

/* --- rows, one of each kind --- */

typedef gboolean (*Adder)(Work *work, const BenchWorld *world, guint number, GError **error);

static gboolean
add_host(Work *work, const BenchWorld *world, guint number, GError **error)
{
  g_autofree char *name = bench_world_host(number);
  g_autoptr(Host) host = host_new(name);
  host->state = HOST_SILENT;
  host->boot_id = g_strdup("boot");
  host->agent_version = g_strdup("");
  host->accelerator = g_strdup("kvm");
  host->accelerator_reason = g_strdup("");
  host->relay_address = g_strdup("192.0.2.10");
  host->relay_port = 8444;
  return host_store_put(work->transaction, host, error);
}

static void
describe_pool(Pool *pool, const BenchWorld *world, char *name)
{
  guint size = (world->desktops + world->pools - 1) / world->pools;
  *pool = (Pool){.id = name,
                 .name = name,
                 .description = (char *)"",
                 .image = (char *)IMAGE,
                 .size = size,
                 .spares = size,
                 .vcpus = 2,
                 .memory_mib = 2048,
                 .heads = 1,
                 .account = (char *)"user",
                 .channels = (GStrv)channels,
                 .tags = (GStrv)nothing,
                 .hosts = (GStrv)nothing,
                 .naming = (char *)"",
                 .network = (char *)"default",
                 .desktops_per_user = 1};
}

static gboolean
add_pool(Work *work, const BenchWorld *world, guint number, GError **error)
{
  g_autofree char *name = bench_world_pool(world, number);
  g_autofree char *group_name = g_strdup_printf("group-%u", number);
  const Group group = {.id = group_name, .name = group_name, .description = (char *)""};
  Pool pool;
  describe_pool(&pool, world, name);
  return pool_store_add(work->transaction, &pool, error) &&
         group_store_add(work->transaction, &group, error) &&
         entitlement_store_add(work->transaction, name, ENTITLEMENT_GROUP, group_name, error);
}

static gboolean
add_user(Work *work, const BenchWorld *world, guint number, GError **error)
{
  g_autofree char *name = bench_world_user(number);
  g_autofree char *group = g_strdup_printf("group-%u", number % world->pools);
  g_autofree char *token = bench_world_token(number);
  g_autofree char *hash = secret_hash(token);
  const User user = {.id = name, .name = name, .full_name = (char *)""};
  const SignInRow sign_in = {.token_hash = hash,
                             .user_id = name,
                             .address = (char *)"198.51.100.7",
                             .method = (char *)"password",
                             .client = (char *)"",
                             .created_us = work->now_us,
                             .expires_us = work->now_us + 86400 * SECOND_US};
  return user_store_add(work->transaction, &user, "no password matches this", error) &&
         group_store_add_member(work->transaction, group, name, error) &&
         (!world->signed_in || sign_in_store_add(work->transaction, &sign_in, error));
}

static gboolean
add_session(Work *work, const Desktop *desktop, guint number, GError **error)
{
  g_autofree char *id = bench_world_session(number);
  const Session session = {.id = id,
                           .pool_id = desktop->pool_id,
                           .pool_name = desktop->pool_id,
                           .user_id = desktop->owner_id,
                           .user_name = desktop->owner_id,
                           .desktop_id = desktop->id,
                           .desktop_name = desktop->name,
                           .host = desktop->host,
                           .state = SESSION_READY,
                           .created_us = work->now_us,
                           .viewer = (char *)"native",
                           .device = (char *)"device"};
  return session_store_add(work->transaction, &session, error);
}

static gboolean
add_desktop(Work *work, const BenchWorld *world, guint number, GError **error)
{
  g_autofree char *pool_name = bench_world_pool(world, number);
  Pool pool;
  describe_pool(&pool, world, pool_name);
  g_autoptr(Desktop) desktop = g_new0(Desktop, 1);
  desktop->id = bench_world_desktop(number);
  desktop->name = g_strdup_printf("%s-%04u", pool_name, number / world->pools + 1);
  desktop->pool_id = g_strdup(pool_name);
  desktop->host = bench_world_host(number % world->hosts);
  desktop->assignment = number < world->sessions ? ASSIGNMENT_ASSIGNED : ASSIGNMENT_SPARE;
  desktop->owner_id = number < world->sessions ? bench_world_user(number) : NULL;
  desktop->power = POWER_UP;
  desktop->shape = desktop_maker_shape(&pool);
  desktop->vcpus = pool.vcpus;
  desktop->memory_mib = pool.memory_mib;
  desktop->epoch = (Epoch){1, 1};
  desktop->step = g_strdup("ready");
  desktop->progress = 100;
  desktop->guest.ready = TRUE;
  desktop->guest.user = g_strdup("user");
  desktop->created_us = work->now_us - 3600 * SECOND_US + number;
  return desktop_store_add(work->transaction, desktop, error) &&
         desktop_store_update(work->transaction, desktop, error) &&
         (desktop->owner_id == NULL || add_session(work, desktop, number, error));
}

/* --- all of them --- */

static gboolean
add_some(Services *services, const BenchWorld *world, guint first, guint end, Adder add, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  for (guint number = first; number < end; number++)
    if (!add(work, world, number, error))
      return FALSE;
  return work_commit(work, error);
}

static gboolean
add_all(Services *services, const BenchWorld *world, guint count, Adder add, GError **error)
{
  for (guint first = 0; first < count; first += AT_ONCE)
    if (!add_some(services, world, first, MIN(first + AT_ONCE, count), add, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_image(Work *work, const BenchWorld *world, guint number, GError **error)
{
  return image_store_register(work->transaction, IMAGE, error);
}

gboolean
bench_world_fill(Services *services, const BenchWorld *world, GError **error)
{
  return add_all(services, world, 1, add_image, error) &&
         add_all(services, world, world->hosts, add_host, error) &&
         add_all(services, world, world->pools, add_pool, error) &&
         add_all(services, world, world->users, add_user, error) &&
         add_all(services, world, world->desktops, add_desktop, error);
}

static GArray *
desktops_of_host(const BenchWorld *world, guint host)
{
  GArray *desktops = g_array_new(FALSE, TRUE, sizeof(HostDesktop));
  for (guint number = host; number < world->desktops; number += world->hosts) {
    const HostDesktop desktop = bench_world_report(number);
    g_array_append_val(desktops, desktop);
  }
  return desktops;
}

static gboolean
say_hello(Services *services, const BenchWorld *world, guint number, GError **error)
{
  g_autofree char *name = bench_world_host(number);
  g_autoptr(GArray) desktops = desktops_of_host(world, number);
  HostImage image = {.name = IMAGE, .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
  const HostHello hello = {
      .host = name,
      .boot_id = "boot",
      .agent_version = "0.1.0",
      .accelerator = HOST_ACCELERATOR_KVM,
      .accelerator_reason = "a guest booted",
      .capacity = {.cpus = 64, .memory_mib = 524288, .memory_free_mib = 393216, .disk_free_mib = 1000000},
      .relay = {.address = "192.0.2.10", .port = 8444},
      .images = &image,
      .image_count = 1,
      .desktops = (HostDesktop *)(gpointer)desktops->data,
      .desktop_count = desktops->len};
  g_autoptr(HostGreeting) greeting = host_events_hello(services, name, &hello, error);
  for (guint i = 0; i < desktops->len; i++)
    g_free((char *)g_array_index(desktops, HostDesktop, i).id);
  return greeting != NULL && host_events_welcomed(services, name, greeting->term, error);
}

gboolean
bench_world_hello(Services *services, const BenchWorld *world, GError **error)
{
  for (guint number = 0; number < world->hosts; number++)
    if (!say_hello(services, world, number, error))
      return FALSE;
  return TRUE;
}
