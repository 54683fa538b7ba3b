/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulation.h"

#include "tests/simulation/acts.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/mutants.h"

#include <glib/gstdio.h>

#define ACTS_LEAST 20
#define ACTS_RANGE 50
#define FAST_PLACE "/dev/shm" /* files there are kept in memory */

struct Simulation {
  char *folder;
  char *template;
  char *database;
};

static char *
make_folder(void)
{
  g_autofree char *fast = g_strdup(FAST_PLACE "/caraway-simulation-XXXXXX");
  if (g_mkdtemp(fast) != NULL)
    return g_steal_pointer(&fast);
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("caraway-simulation-XXXXXX", &error);
  if (folder == NULL)
    g_error("no folder can be made: %s", error->message);
  return folder;
}

Simulation *
simulation_new(const char *mutant)
{
  const Mutant *broken = mutant != NULL ? mutants_find(mutant) : NULL;
  if (mutant != NULL && broken == NULL)
    return NULL;
  Simulation *simulation = g_new0(Simulation, 1);
  simulation->folder = make_folder();
  simulation->database = g_build_filename(simulation->folder, "caraway.db", NULL);
  mutants_apply(NULL, NULL);
  database_faults_clear();
  simulation->template = world_make_template(simulation->folder);
  mutants_apply(broken, simulation->template);
  return simulation;
}

Outcome
simulation_run(Simulation *simulation, guint64 seed, gboolean trace)
{
  chance_seed(seed);
  database_faults_clear();
  g_autoptr(World) world = world_new(simulation->template, simulation->database, trace);
  guint acts = ACTS_LEAST + chance_below(ACTS_RANGE);
  for (guint i = 0; i < acts; i++)
    acts_take(world);
  acts_finish(world);
  g_autoptr(GPtrArray) violations = checker_judge(world->history);
  Outcome outcome = {.seed = seed, .events = history_length(world->history)};
  if (violations->len == 0)
    return outcome;
  const Violation *first = g_ptr_array_index(violations, 0);
  g_autofree char *lines = checker_explain(world->history, first);
  outcome.rule = first->rule;
  outcome.failure = g_strdup_printf("%s: %s\n%s", first->rule, first->sentence, lines);
  return outcome;
}

static void
remove_file(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_remove(path);
}

void
simulation_free(Simulation *simulation)
{
  if (simulation == NULL)
    return;
  g_autoptr(GDir) dir = g_dir_open(simulation->folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
    remove_file(simulation->folder, name);
  g_rmdir(simulation->folder);
  g_free(simulation->folder);
  g_free(simulation->template);
  g_free(simulation->database);
  g_free(simulation);
}
