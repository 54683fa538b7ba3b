/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_memory.h"

#include "broker/api/route.h"
#include "common/base/secret.h"

#include <string.h>

#define LIFETIME_US G_USEC_PER_SEC
#define BYTES_MAX   (8 * 1024 * 1024)
#define ENTRY_MAX   (64 * 1024)
#define ENTRY_COST  512 /* beside its body */

struct AnswerMemory {
  GHashTable *answers; /* key -> Entry */
  guint stamp;         /* of all of them */
  gsize bytes;
};

typedef struct {
  Answer *answer;
  gint64 asked_us;
} Entry;

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  answer_free(entry->answer);
  g_free(entry);
}

AnswerMemory *
answer_memory_new(void)
{
  AnswerMemory *memory = g_new0(AnswerMemory, 1);
  memory->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
  return memory;
}

char *
answer_memory_key(const Request *request)
{
  if ((request->route->flags & ROUTE_REMEMBERED) == 0 || request->token == NULL ||
      g_hash_table_size(request->query) > 0)
    return NULL;
  g_autofree char *hash = secret_hash(request->token);
  return g_strconcat(request->route->pattern, " ", hash, NULL);
}

static void
forget_all(AnswerMemory *memory)
{
  g_hash_table_remove_all(memory->answers);
  memory->bytes = 0;
}

/* The stamp only grows: what was remembered at another one holds no more. */
static void
keep_up(AnswerMemory *memory, guint stamp)
{
  if (memory->stamp != stamp)
    forget_all(memory);
  memory->stamp = stamp;
}

const Answer *
answer_memory_find(AnswerMemory *memory, const char *key, guint stamp, gint64 now_us)
{
  keep_up(memory, stamp);
  const Entry *entry = g_hash_table_lookup(memory->answers, key);
  return entry != NULL && now_us - entry->asked_us < LIFETIME_US ? entry->answer : NULL;
}

void
answer_memory_put(AnswerMemory *memory, const char *key, guint stamp, gint64 asked_us, const Answer *answer)
{
  gsize size = answer->body != NULL ? strlen(answer->body) : 0;
  if (answer->status != 200 || answer->stream != NULL || size > ENTRY_MAX || memory->stamp != stamp)
    return;
  const Entry *older = g_hash_table_lookup(memory->answers, key);
  if (older != NULL)
    memory->bytes -= strlen(older->answer->body) + ENTRY_COST;
  if (memory->bytes + size + ENTRY_COST > BYTES_MAX) /* those that are asked for are soon there again */
    forget_all(memory);
  Entry *entry = g_new0(Entry, 1);
  entry->answer = answer_copy(answer);
  entry->asked_us = asked_us;
  g_hash_table_replace(memory->answers, g_strdup(key), entry);
  memory->bytes += size + ENTRY_COST;
}

void
answer_memory_free(AnswerMemory *memory)
{
  if (memory == NULL)
    return;
  g_hash_table_unref(memory->answers);
  g_free(memory);
}
