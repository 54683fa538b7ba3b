/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desktop's epoch: GENERATION.COUNTER, two decimal numbers compared as a pair. The counter rises with each
 * owner; the generation when a backup is restored, so that what was handed out meanwhile stays older.
 */
#pragma once

#include <glib.h>

typedef struct {
  guint64 generation;
  guint64 counter;
} Epoch;

#define EPOCH_TEXT_MAX 41

/** Reads "1.7" from @text (nullable): digits only, no leading zeros, each number below 2^63. */
gboolean epoch_parse(const char *text, Epoch *ret_epoch) G_GNUC_WARN_UNUSED_RESULT;

/** The text of @epoch (transfer full). */
char *epoch_text(Epoch epoch);

/** Less than, equal to or greater than 0 as @a is older than, the same as or newer than @b. */
int epoch_compare(Epoch a, Epoch b);
