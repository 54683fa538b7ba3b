/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assigns desktops by the real use cases, in process: each of many users connects to a pool and is given a
 * console grant with it, by several threads against one database. Prints one line of JSON. With --fill it
 * only makes the database, for the peers.
 */
#include "broker/service/connect/connect.h"
#include "broker/service/connect/console_access.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "tests/bench/bench_world.h"

#include <glib/gprintf.h>
#include <sys/resource.h>

typedef struct {
  GrantSigner signer;
  GrantKey *key;
} Signer;

typedef struct {
  Services *services;
  const BenchWorld *world;
  gint next;     /* user, atomic */
  gint failures; /* atomic */
  GArray *latencies_us;
  GMutex mutex;
} Bench;

static char *
sign(GrantSigner *signer, const Grant *grant, GError **error)
{
  return grant_sign(grant, ((Signer *)signer)->key, error);
}

static gboolean
deliver(HostSender *sender, const char *host, gint64 id, const char *text)
{
  return TRUE;
}

static void
drop_link(HostSender *sender, const char *host, gint64 term)
{
}

static void
tell_keys(HostSender *sender, const GPtrArray *keys)
{
}

static gboolean
assign_one(Bench *bench, guint number, GError **error)
{
  g_autofree char *user = bench_world_user(number);
  g_autofree char *pool = bench_world_pool(bench->world, number);
  g_autofree char *key = g_uuid_string_random();
  g_autofree char *device = secret_hash(key);
  g_autoptr(Caller) caller = caller_new(user, user, FALSE, "198.51.100.7", device);
  const ConnectOptions options = {.idempotency_key = key};
  g_autoptr(ConsoleAccess) access = NULL;
  g_autoptr(Session) session =
      connect_and_open(bench->services, caller, pool, &options, VIEWER_NATIVE, &access, error);
  if (session != NULL && (access == NULL || access->grant == NULL))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "No grant came with the session.");
  return session != NULL && access != NULL && access->grant != NULL;
}

static gpointer
run_thread(gpointer data)
{
  Bench *bench = data;
  g_autoptr(GArray) latencies = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint number = (guint)g_atomic_int_add(&bench->next, 1); number < bench->world->users;
       number = (guint)g_atomic_int_add(&bench->next, 1)) {
    g_autoptr(GError) error = NULL;
    gint64 began_us = g_get_monotonic_time();
    if (!assign_one(bench, number, &error) && g_atomic_int_add(&bench->failures, 1) == 0)
      g_printerr("User %u: %s\n", number, error->message);
    gint64 took_us = g_get_monotonic_time() - began_us;
    g_array_append_val(latencies, took_us);
  }
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&bench->mutex);
  g_array_append_vals(bench->latencies_us, latencies->data, latencies->len);
  return NULL;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
  return one < other ? -1 : one > other;
}

/* Of all threads of this process, in microseconds: does not depend on who else uses the machine. */
static double
used_cpu_us(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
run(Bench *bench, guint threads)
{
  g_autofree GThread **all = g_new0(GThread *, threads);
  gint64 began_us = g_get_monotonic_time();
  double began_cpu_us = used_cpu_us();
  for (guint i = 0; i < threads; i++)
    all[i] = g_thread_new("user", run_thread, bench);
  for (guint i = 0; i < threads; i++)
    g_thread_join(all[i]);
  double seconds = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
  double cpu_us = used_cpu_us() - began_cpu_us;
  GArray *took = bench->latencies_us;
  g_array_sort(took, compare);
  g_printf("{\"count\": %u, \"failures\": %d, \"seconds\": %.4f, \"per_second\": %.1f, \"p50_us\": "
           "%" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT ", \"cpu_us\": %.1f}\n",
           took->len, bench->failures, seconds, (took->len - (guint)bench->failures) / seconds,
           g_array_index(took, gint64, took->len / 2), g_array_index(took, gint64, took->len * 99 / 100),
           cpu_us / took->len);
}

static int
measure(const char *database, const BenchWorld *world, gint threads, gboolean only_fill, GError **error)
{
  Signer signer = {{sign}, grant_key_new("bench")};
  HostSender sender = {.deliver = deliver, .drop_link = drop_link, .tell_keys = tell_keys};
  const ServicesOptions options = {
      .database_path = database, .clock = clock_system(), .sender = &sender, .signer = &signer.signer};
  g_autoptr(Services) services = services_new(&options, error);
  if (services == NULL || !bench_world_fill(services, world, error) ||
      !bench_world_hello(services, world, error))
    return EXIT_FAILURE;
  Bench bench = {
      .services = services, .world = world, .latencies_us = g_array_new(FALSE, FALSE, sizeof(gint64))};
  if (!only_fill) {
    services_start(services);
    run(&bench, (guint)threads);
    services_stop(services);
  } else {
    g_printf("{}\n");
  }
  g_array_unref(bench.latencies_us);
  g_clear_pointer(&services, services_free);
  grant_key_free(signer.key);
  return bench.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
  gint users = 2000, hosts = 20, pools = 1, threads = 16;
  gboolean only_fill = FALSE;
  const GOptionEntry entries[] = {
      {"users", 0, 0, G_OPTION_ARG_INT, &users, "So many assignments", "N"},
      {"hosts", 0, 0, G_OPTION_ARG_INT, &hosts, "So many hosts", "N"},
      {"pools", 0, 0, G_OPTION_ARG_INT, &pools, "So many pools", "N"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "So many at once", "N"},
      {"fill", 0, 0, G_OPTION_ARG_NONE, &only_fill, "Only make the database", NULL},
      {0},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GOptionContext) context = g_option_context_new("DATABASE");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
    g_printerr("%s\n", error != NULL ? error->message : "Name the database: a new file, or postgresql://…");
    return 2;
  }
  const BenchWorld world = {
      .hosts = (guint)hosts, .pools = (guint)pools, .desktops = (guint)users, .users = (guint)users};
  int status = measure(argv[1], &world, threads, only_fill, &error);
  if (error != NULL)
    g_printerr("%s\n", error->message);
  return status;
}
