/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run from its seed: a world, chance acts in it, its end, and the checker's verdict.
 */
#pragma once

#include "tests/simulation/checker.h"

/** What a run was. */
typedef struct {
  guint64 seed;
  guint events;
  char *failure;    /**< (nullable) the first violation with what led up to it */
  const char *rule; /**< (nullable, static) which rule that was */
} Outcome;

typedef struct Simulation Simulation;

/** Prepares runs of the mutant called @mutant (nullable: of the broker as it is) in a temporary folder. */
Simulation *simulation_new(const char *mutant);

/** Runs @seed ; the outcome's failure is to be freed by g_free(). @trace prints every event. */
Outcome simulation_run(Simulation *simulation, guint64 seed, gboolean trace);

/** Frees @simulation (nullable) with its folder. */
void simulation_free(Simulation *simulation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Simulation, simulation_free)
