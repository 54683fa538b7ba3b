/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges a history: pure, knows nothing of how it came about. It holds the invariants I1 to I4 and
 * idempotency over what was asked, answered, run and stored; docs/decisions/simulation.md says what each rule
 * means.
 */
#pragma once

#include "tests/simulation/history.h"

/** What is wrong at one event. */
typedef struct {
  guint index;      /**< of the event */
  const char *rule; /**< stable word (static), e.g. "one-owner" */
  char *sentence;
} Violation;

/** Every violation in @history, in order (transfer full, of Violation); empty when all holds. */
GPtrArray *checker_judge(const History *history);

/** The events that have to do with @violation and lead up to it, as lines (transfer full). */
char *checker_explain(const History *history, const Violation *violation);
