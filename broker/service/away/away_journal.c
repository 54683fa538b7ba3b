/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/away_journal.h"

#include "common/base/log.h"

struct AwayJournal {
  GMutex mutex;
  GQueue entries; /* of AuditEntry, oldest first */
  guint64 lost;
};

AwayJournal *
away_journal_new(void)
{
  AwayJournal *journal = g_new0(AwayJournal, 1);
  g_mutex_init(&journal->mutex);
  return journal;
}

static AuditEntry *
entry_copy(const AuditEntry *entry)
{
  AuditEntry *copy = g_memdup2(entry, sizeof *entry);
  copy->actor = g_strdup(entry->actor);
  copy->action = g_strdup(entry->action);
  copy->object = g_strdup(entry->object);
  copy->code = g_strdup(entry->code);
  copy->detail = g_strdup(entry->detail);
  copy->address = g_strdup(entry->address);
  return copy;
}

gboolean
away_journal_add(AwayJournal *journal, const AuditEntry *entry)
{
  g_mutex_lock(&journal->mutex);
  guint limit = entry->succeeded ? AWAY_JOURNAL_MAX : AWAY_JOURNAL_MAX / 2;
  gboolean has_place = g_queue_get_length(&journal->entries) < limit;
  if (has_place)
    g_queue_push_tail(&journal->entries, entry_copy(entry));
  else if (!entry->succeeded)
    journal->lost++;
  g_mutex_unlock(&journal->mutex);
  if (has_place)
    log_info("While the database is away: %s %s %s%s%s", entry->actor,
             entry->succeeded ? "did" : "was refused", entry->action, " on ", entry->object);
  return has_place;
}

guint
away_journal_count(AwayJournal *journal)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&journal->mutex);
  return g_queue_get_length(&journal->entries);
}

GPtrArray *
away_journal_peek(AwayJournal *journal, guint limit, guint64 *ret_lost)
{
  GPtrArray *oldest = g_ptr_array_new_with_free_func((GDestroyNotify)audit_entry_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&journal->mutex);
  *ret_lost = journal->lost;
  for (GList *at = journal->entries.head; at != NULL && oldest->len < limit; at = at->next)
    g_ptr_array_add(oldest, entry_copy(at->data));
  return oldest;
}

void
away_journal_drop(AwayJournal *journal, guint count, guint64 lost)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&journal->mutex);
  for (guint i = 0; i < count; i++)
    audit_entry_free(g_queue_pop_head(&journal->entries));
  journal->lost -= MIN(lost, journal->lost);
}

void
away_journal_free(AwayJournal *journal)
{
  if (journal == NULL)
    return;
  g_queue_clear_full(&journal->entries, (GDestroyNotify)audit_entry_free);
  g_mutex_clear(&journal->mutex);
  g_free(journal);
}
