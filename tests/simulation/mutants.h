/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brokers that are broken on purpose, to test the checker: each is one small thing that a real mistake would
 * do. None of it is in the product: most are triggers in the run's own database, some are wrong answers of
 * what is simulated.
 */
#pragma once

#include "tests/simulation/world.h"

typedef struct {
  const char *name;
  const char *about; /**< what it does wrong */
  const char *sql;   /**< (nullable) run once on the template */
  guint lies_one_in; /**< so many commits are undone and reported as done; 0: none */
  gboolean creates_twice;
  gboolean obeys_old_terms;    /**< hosts do not look at terms */
  gboolean believes_old_links; /**< what comes over any link counts */
  gboolean all_keep;           /**< every broker believes that it has the lease */
  guint64 first_seed;          /**< where to begin, of what is rare; 0: 1 */
} Mutant;

/** The mutants, ended by one without a name (static). */
const Mutant *mutants_all(void);

/** The mutant called @name (static); NULL when there is none. */
const Mutant *mutants_find(const char *name);

/** Breaks @template, and whatever runs from now on, as @mutant says (nullable: nothing is broken). */
void mutants_apply(const Mutant *mutant, const char *template);

/** @services (nullable) of the broker that acts from now on. */
void mutants_set_acting(const Services *services);

/** The highest term that a host takes itself to have seen, which is @term . */
gint64 mutants_highest_term(gint64 term);

/** @broker sent the command @text to the host at @index ; the mutant may send more. */
gboolean mutants_deliver(Broker *broker, guint index, const char *text);
