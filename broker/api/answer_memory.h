/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that still hold: what a caller was told is told again without a look at the database as long as
 * nothing was written to it, and at most for a second, because time alone changes things too. Bounded. To be
 * used in one thread.
 */
#pragma once

#include "broker/api/answer.h"
#include "broker/api/request.h"

typedef struct AnswerMemory AnswerMemory;

/** Remembers nothing. */
AnswerMemory *answer_memory_new(void);

/** What @request is remembered by (transfer full): its route and its sign-in, whose token is not kept. NULL
 * when its answer cannot be remembered. */
char *answer_memory_key(const Request *request);

/** The answer to @key (transfer none, till the next call) if it still holds at the change stamp @stamp and at
 * @now_us of a steady clock; else NULL. */
const Answer *answer_memory_find(AnswerMemory *memory, const char *key, guint stamp, gint64 now_us);

/** Remembers a copy of @answer to @key if it is a success. @stamp and @asked_us were taken before it was
 * made. */
void answer_memory_put(AnswerMemory *memory, const char *key, guint stamp, gint64 asked_us,
                       const Answer *answer);

/** Frees @memory (nullable). */
void answer_memory_free(AnswerMemory *memory);
