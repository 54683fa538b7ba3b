/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result_memory.h"

#include "common/base/error.h"

#define CAPACITY 1024

typedef struct {
  gint64 id;
  gboolean is_done, ok;
  char *code, *detail;
} Entry;

struct ResultMemory {
  GHashTable *by_id; /* gint64 -> Entry */
  GQueue *done;      /* Entry, oldest first; borrowed */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->code);
  g_free(entry->detail);
  g_free(entry);
}

ResultMemory *
result_memory_new(void)
{
  ResultMemory *memory = g_new0(ResultMemory, 1);
  memory->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
  memory->done = g_queue_new();
  return memory;
}

gboolean
result_memory_begin(ResultMemory *memory, gint64 id)
{
  if (g_hash_table_contains(memory->by_id, &id))
    return FALSE;
  Entry *entry = g_new0(Entry, 1);
  entry->id = id;
  g_hash_table_insert(memory->by_id, &entry->id, entry);
  return TRUE;
}

void
result_memory_end(ResultMemory *memory, gint64 id, const GError *error)
{
  Entry *entry = g_hash_table_lookup(memory->by_id, &id);
  g_return_if_fail(entry != NULL && !entry->is_done);
  entry->is_done = TRUE;
  entry->ok = error == NULL;
  entry->code = error != NULL ? g_strdup(error_stable_name(error)) : NULL;
  entry->detail = error != NULL ? g_strdup(error->message) : NULL;
  g_queue_push_tail(memory->done, entry);
  if (g_queue_get_length(memory->done) > CAPACITY) {
    const Entry *oldest = g_queue_pop_head(memory->done);
    g_hash_table_remove(memory->by_id, &oldest->id);
  }
}

gboolean
result_memory_find(const ResultMemory *memory, gint64 id, HostResult *ret_result)
{
  const Entry *entry = g_hash_table_lookup(memory->by_id, &id);
  if (entry == NULL || !entry->is_done)
    return FALSE;
  *ret_result = (HostResult){.command = id, .ok = entry->ok, .code = entry->code, .detail = entry->detail};
  return TRUE;
}

guint
result_memory_count_open(const ResultMemory *memory)
{
  return g_hash_table_size(memory->by_id) - g_queue_get_length(memory->done);
}

void
result_memory_free(ResultMemory *memory)
{
  if (memory == NULL)
    return;
  g_queue_free(memory->done);
  g_hash_table_unref(memory->by_id);
  g_free(memory);
}
