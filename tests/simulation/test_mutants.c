/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator finds every broker that is broken on purpose, and brings the same run back from the same
 * seed. */
#include "common/base/log.h"
#include "tests/simulation/mutants.h"
#include "tests/simulation/simulation.h"

#define RUNS_MAX 400

static void
test_mutant(gconstpointer data)
{
  const Mutant *mutant = data;
  g_autoptr(Simulation) simulation = simulation_new(mutant->name);
  guint64 first = MAX(mutant->first_seed, 1);
  for (guint64 seed = first; seed < first + RUNS_MAX; seed++) {
    Outcome outcome = simulation_run(simulation, seed, FALSE);
    g_autofree char *failure = outcome.failure;
    if (failure == NULL)
      continue;
    g_test_message("%s: seed %" G_GUINT64_FORMAT " breaks %s", mutant->about, seed, outcome.rule);
    return;
  }
  g_error("%s: nobody noticed in %d runs", mutant->about, RUNS_MAX);
}

static void
test_replays(void)
{
  g_autoptr(Simulation) simulation = simulation_new("create-lost"); /* a failure shows its history */
  Outcome failed = {0};
  for (guint64 seed = 1; seed <= RUNS_MAX && failed.failure == NULL; seed++)
    failed = simulation_run(simulation, seed, FALSE);
  g_assert_nonnull(failed.failure);
  Outcome again = simulation_run(simulation, failed.seed, FALSE);
  g_assert_cmpstr(again.failure, ==, failed.failure);
  g_assert_cmpuint(again.events, ==, failed.events);
  g_free(failed.failure);
  g_free(again.failure);
}

static void
test_works(void)
{
  g_autoptr(Simulation) simulation = simulation_new(NULL);
  for (guint64 seed = 1; seed <= 20; seed++)
    g_assert_null(simulation_run(simulation, seed, FALSE).failure);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("simulation", LOG_LEVEL_ERROR);
  for (const Mutant *mutant = mutants_all(); mutant->name != NULL; mutant++) {
    g_autofree char *path = g_strconcat("/mutants/", mutant->name, NULL);
    g_test_add_data_func(path, mutant, test_mutant);
  }
  g_test_add_func("/simulation/replays", test_replays);
  g_test_add_func("/simulation/not-broken", test_works);
  return g_test_run();
}
