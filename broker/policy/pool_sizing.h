/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many desktops a pool has to make or to give up.
 */
#pragma once

#include <glib.h>

typedef struct {
  guint size;     /**< at most so many desktops */
  guint size_min; /**< at least so many, as far as the size allows: free ones are kept beyond the spares */
  guint spares;   /**< wanted ready */
  guint assigned; /**< have an owner */
  guint spare;    /**< ready, of the right shape */
  guint starting; /**< being made, of the right shape */
  guint outdated; /**< free, of another shape: to be replaced */
  guint leaving;  /**< being destroyed, still there */
  gboolean deleting;
  gboolean manual; /**< an administrator adds and takes away its desktops */
} PoolSizingFacts;

typedef struct {
  guint make;            /**< new desktops */
  guint retire_starting; /**< free desktops to give up, those being made first … */
  guint retire_spare;    /**< … then ready ones */
  guint retire_outdated; /**< of another shape */
} PoolSizingSteps;

/** The steps that bring @facts to what is wanted: never more desktops than the size, those that leave
 * included. */
PoolSizingSteps pool_sizing_plan(const PoolSizingFacts *facts);

/** Whether one more desktop fits, for a user who waits. */
gboolean pool_sizing_has_room(const PoolSizingFacts *facts);
