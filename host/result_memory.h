/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers to commands that were given lately, so that one delivered again is answered the same again and
 * one still at work is not begun twice. Bounded; what it forgot is idempotent anyway. A value in memory.
 */
#pragma once

#include "common/wire/host_message.h"

typedef struct ResultMemory ResultMemory;

/** An empty memory for the last 1024 commands. */
ResultMemory *result_memory_new(void);

/** Notes that the command @id is at work; FALSE when it is or was already. */
gboolean result_memory_begin(ResultMemory *memory, gint64 id);

/** Notes the answer to @id; @error NULL when it was done. */
void result_memory_end(ResultMemory *memory, gint64 id, const GError *error);

/** The answer to @id with texts borrowed from @memory; FALSE while there is none. */
gboolean result_memory_find(const ResultMemory *memory, gint64 id, HostResult *ret_result);

/** How many commands are at work. */
guint result_memory_count_open(const ResultMemory *memory);

/** Frees @memory (nullable). */
void result_memory_free(ResultMemory *memory);
