/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds what refusals write to the audit log: of those that are alike (who, what, why, from where) the first
 * of a minute is a row of its own, the others of that minute are one row with their count. In memory,
 * bounded, safe from any thread. Owns no row.
 */
#pragma once

#include "common/wire/audit_entry.h"

#define REFUSAL_WINDOW_US   (60 * G_TIME_SPAN_SECOND)
#define REFUSAL_WINDOWS_MAX 4096 /**< beyond that, refusals of many are counted together */

typedef struct RefusalWindow RefusalWindow;

/** An empty one. */
RefusalWindow *refusal_window_new(void);

/** Whether @entry is the first of its kind at @now_us (steady time) and is to be written; else it is counted.
 */
gboolean refusal_window_admit(RefusalWindow *window, const AuditEntry *entry, gint64 now_us);

/** What was counted in minutes that are over at @now_us: an array of AuditEntry with counts (transfer full).
 */
GPtrArray *refusal_window_take(RefusalWindow *window, gint64 now_us);

/** Frees @window (nullable). */
void refusal_window_free(RefusalWindow *window);
