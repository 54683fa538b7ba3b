/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/refusal_window.h"

#define MANY "(many)"

typedef struct {
  AuditEntry *last; /* of those that were counted; its count is how many */
  gint64 until_us;
} Counted;

struct RefusalWindow {
  GMutex mutex;
  GHashTable *counted; /* what makes them alike → Counted */
};

static void
counted_free(Counted *counted)
{
  audit_entry_free(counted->last);
  g_free(counted);
}

RefusalWindow *
refusal_window_new(void)
{
  RefusalWindow *window = g_new0(RefusalWindow, 1);
  g_mutex_init(&window->mutex);
  window->counted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)counted_free);
  return window;
}

/* A line feed is in none of them. */
static char *
key_of(const AuditEntry *entry, gboolean together)
{
  return g_strjoin("\n", together ? MANY : entry->actor, entry->action, entry->code,
                   together ? "" : entry->address, NULL);
}

static AuditEntry *
copy_refusal(const AuditEntry *entry, gboolean together)
{
  AuditEntry *copy = g_new0(AuditEntry, 1);
  *copy = (AuditEntry){.actor = g_strdup(together ? MANY : entry->actor),
                       .action = g_strdup(entry->action),
                       .object = g_strdup(entry->object),
                       .code = g_strdup(entry->code),
                       .detail = g_strdup(entry->detail),
                       .address = g_strdup(together ? "" : entry->address)};
  return copy;
}

gboolean
refusal_window_admit(RefusalWindow *window, const AuditEntry *entry, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&window->mutex);
  g_autofree char *key = key_of(entry, FALSE);
  gboolean together = FALSE;
  Counted *counted = g_hash_table_lookup(window->counted, key);
  if (counted == NULL && g_hash_table_size(window->counted) >= REFUSAL_WINDOWS_MAX) {
    together = TRUE;
    g_free(key);
    key = key_of(entry, TRUE);
    counted = g_hash_table_lookup(window->counted, key);
  }
  if (counted != NULL && (counted->last->count > 0 || now_us < counted->until_us)) {
    gint64 count = counted->last->count + 1;
    audit_entry_free(counted->last);
    counted->last = copy_refusal(entry, together);
    counted->last->count = count;
    return FALSE;
  }
  counted = g_new0(Counted, 1);
  *counted = (Counted){copy_refusal(entry, together), now_us + REFUSAL_WINDOW_US};
  g_hash_table_replace(window->counted, g_steal_pointer(&key), counted);
  return TRUE;
}

GPtrArray *
refusal_window_take(RefusalWindow *window, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&window->mutex);
  GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)audit_entry_free);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, window->counted);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Counted *counted = value;
    if (now_us < counted->until_us)
      continue;
    if (counted->last->count > 0)
      g_ptr_array_add(entries, g_steal_pointer(&counted->last));
    g_hash_table_iter_remove(&iter);
  }
  return entries;
}

void
refusal_window_free(RefusalWindow *window)
{
  if (window == NULL)
    return;
  g_hash_table_unref(window->counted);
  g_mutex_clear(&window->mutex);
  g_free(window);
}
