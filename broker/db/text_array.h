/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many values in one: a column of texts as PostgreSQL reads an array (its manual, 8.15.2), to be bound as one
 * text and cast. Pure text.
 */
#pragma once

#include <glib.h>

typedef struct TextArray TextArray;

/** An empty array. */
TextArray *text_array_new(void);

/** Appends a copy of @text (nullable: NULL). */
void text_array_add(TextArray *array, const char *text);

/** Appends @number. */
void text_array_add_int(TextArray *array, gint64 number);

/** Its text, valid till the next change (transfer none). */
const char *text_array_text(TextArray *array);

/** Frees @array (nullable). */
void text_array_free(TextArray *array);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextArray, text_array_free)
