/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulation --seed N --runs M: runs M simulated installations from seed N on, and stops at the first that
 * breaks an invariant, with the seed that brings it back.
 */
#include "common/base/log.h"
#include "tests/simulation/mutants.h"
#include "tests/simulation/simulation.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  gint64 seed;
  int runs, jobs;
  gboolean trace, list;
  char *mutant;
} Options;

static gboolean
parse(int *argc, char ***argv, Options *options)
{
  const GOptionEntry entries[] = {
      {"seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "the first seed (default 1)", "N"},
      {"runs", 0, 0, G_OPTION_ARG_INT, &options->runs, "so many runs (default 1)", "M"},
      {"jobs", 0, 0, G_OPTION_ARG_INT, &options->jobs, "shared among so many processes (default 1)", "J"},
      {"trace", 0, 0, G_OPTION_ARG_NONE, &options->trace, "print every event", NULL},
      {"mutant", 0, 0, G_OPTION_ARG_STRING, &options->mutant, "a broker that is broken on purpose", "NAME"},
      {"mutants", 0, 0, G_OPTION_ARG_NONE, &options->list, "list those", NULL},
      {NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (g_option_context_parse(context, argc, argv, &error))
    return TRUE;
  g_printerr("simulation: %s\n", error->message);
  return FALSE;
}

static int
run_all(Simulation *simulation, const Options *options, int first)
{
  guint64 events = 0;
  int runs = 0;
  gint64 began_us = g_get_monotonic_time();
  for (int i = first; i < options->runs; i += options->jobs, runs++) {
    Outcome outcome = simulation_run(simulation, (guint64)(options->seed + i), options->trace);
    events += outcome.events;
    if (outcome.failure == NULL)
      continue;
    g_print("seed %" G_GUINT64_FORMAT " breaks %s\nrepeat it with: simulation --seed %" G_GUINT64_FORMAT
            " --trace%s%s\n",
            outcome.seed, outcome.failure, outcome.seed, options->mutant != NULL ? " --mutant " : "",
            options->mutant != NULL ? options->mutant : "");
    g_free(outcome.failure);
    return 1;
  }
  double seconds = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
  g_print("%d runs, %" G_GUINT64_FORMAT " events, no invariant broken, %.1f s\n", runs, events, seconds);
  return 0;
}

static int
run_share(const Options *options, int first)
{
  log_init("simulation", LOG_LEVEL_ERROR);
  g_autoptr(Simulation) simulation = simulation_new(options->mutant);
  if (simulation != NULL)
    return run_all(simulation, options, first);
  g_printerr("simulation: there is no mutant “%s”\n", options->mutant);
  return 2;
}

/* Each process has its own chance, its own database and its own share of the seeds. */
static int
run_jobs(const Options *options)
{
  int status = 0, result;
  for (int i = 1; i < options->jobs; i++)
    if (fork() == 0)
      exit(run_share(options, i));
  status = run_share(options, 0);
  while (wait(&result) > 0)
    if (!WIFEXITED(result) || WEXITSTATUS(result) != 0)
      status = 1;
  return status;
}

int
main(int argc, char **argv)
{
  Options options = {.seed = 1, .runs = 1, .jobs = 1};
  if (!parse(&argc, &argv, &options))
    return 2;
  for (const Mutant *mutant = mutants_all(); options.list && mutant->name != NULL; mutant++)
    g_print("%-32s %s\n", mutant->name, mutant->about);
  int status = options.list ? 0 : run_jobs(&options);
  g_free(options.mutant);
  return status;
}
