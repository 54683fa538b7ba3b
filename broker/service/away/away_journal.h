/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was done and refused while the database was away, in order, until the audit log takes it. Bounded:
 * refusals that find no place are counted, and what would be done is not done (I8). Each entry is also a line
 * of the broker's own log at once, which outlives the broker. Safe from any thread.
 */
#pragma once

#include "common/wire/audit_entry.h"

/** Half of them for what was done alone, so that a flood of refusals locks nobody out. */
#define AWAY_JOURNAL_MAX 32768

typedef struct AwayJournal AwayJournal;

/** An empty journal. */
AwayJournal *away_journal_new(void);

/** Adds a copy of @entry. FALSE: there is no place, and an entry that was refused anyway is counted. */
gboolean away_journal_add(AwayJournal *journal, const AuditEntry *entry) G_GNUC_WARN_UNUSED_RESULT;

/** How many entries wait. */
guint away_journal_count(AwayJournal *journal);

/** The oldest @limit entries, which stay: an array of AuditEntry (transfer full). @ret_lost: how many found
 * no place. */
GPtrArray *away_journal_peek(AwayJournal *journal, guint limit, guint64 *ret_lost);

/** Drops the oldest @count entries and forgets about @lost ones: they are written down. */
void away_journal_drop(AwayJournal *journal, guint count, guint64 lost);

/** Frees @journal (nullable). */
void away_journal_free(AwayJournal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AwayJournal, away_journal_free)
