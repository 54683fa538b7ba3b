/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_sizing.h"

static guint
total(const PoolSizingFacts *facts)
{
  return facts->assigned + facts->spare + facts->starting + facts->outdated + facts->leaving;
}

gboolean
pool_sizing_has_room(const PoolSizingFacts *facts)
{
  return !facts->deleting && !facts->manual && total(facts) < facts->size;
}

/* Free ones that are wanted: the spares, or as many as make up the least size. */
static guint
wanted_spares(const PoolSizingFacts *facts)
{
  if (facts->deleting || facts->assigned >= facts->size)
    return 0;
  guint missing = facts->size_min > facts->assigned ? facts->size_min - facts->assigned : 0;
  return MIN(MAX(facts->spares, missing), facts->size - facts->assigned);
}

PoolSizingSteps
pool_sizing_plan(const PoolSizingFacts *facts)
{
  PoolSizingSteps steps = {0};
  guint wanted = wanted_spares(facts), free = facts->spare + facts->starting;
  if (facts->manual && !facts->deleting)
    return steps;
  steps.retire_outdated = facts->outdated;
  if (free > wanted) {
    steps.retire_starting = MIN(free - wanted, facts->starting);
    steps.retire_spare = free - wanted - steps.retire_starting;
  } else if (!facts->deleting && total(facts) < facts->size) {
    steps.make = MIN(wanted - free, facts->size - total(facts));
  }
  return steps;
}
