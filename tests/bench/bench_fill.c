/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a database of a given size. Prints one line of JSON with the installation's id.
 */
#include "tests/bench/bench_world.h"

#include <glib/gprintf.h>

static int
fill(const char *database, const BenchWorld *world, GError **error)
{
  const ServicesOptions options = {.database_path = database, .clock = clock_system()};
  g_autoptr(Services) services = services_new(&options, error);
  if (services == NULL || !bench_world_fill(services, world, error))
    return EXIT_FAILURE;
  g_printf("{\"installation\": \"%s\"}\n", services_installation(services));
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  gint users = 100, hosts = 1, pools = 1, sessions = 0, desktops = 100;
  gboolean signed_in = FALSE;
  const GOptionEntry entries[] = {
      {"users", 0, 0, G_OPTION_ARG_INT, &users, "So many users", "N"},
      {"hosts", 0, 0, G_OPTION_ARG_INT, &hosts, "So many hosts", "N"},
      {"pools", 0, 0, G_OPTION_ARG_INT, &pools, "So many pools", "N"},
      {"desktops", 0, 0, G_OPTION_ARG_INT, &desktops, "So many desktops", "N"},
      {"sessions", 0, 0, G_OPTION_ARG_INT, &sessions, "So many of them in use", "N"},
      {"signed-in", 0, 0, G_OPTION_ARG_NONE, &signed_in, "Everybody is signed in", NULL},
      {0},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GOptionContext) context = g_option_context_new("DATABASE");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
    g_printerr("%s\n", error != NULL ? error->message : "Name the database: a new file, or postgresql://…");
    return 2;
  }
  const BenchWorld world = {.hosts = (guint)hosts,
                            .pools = (guint)pools,
                            .desktops = (guint)desktops,
                            .users = (guint)users,
                            .sessions = (guint)sessions,
                            .signed_in = signed_in};
  int status = fill(argv[1], &world, &error);
  if (error != NULL)
    g_printerr("%s\n", error->message);
  return status;
}
