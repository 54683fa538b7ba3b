/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/replay_cache.h"

typedef struct {
  char *key;
  char *body_hash;
  gint64 begun_us;
  Answer *answer; /* NULL while it is worked on */
} ReplayEntry;

struct ReplayCache {
  GMutex lock;
  GHashTable *by_key; /* owns the entries */
  GQueue by_age;      /* the same, oldest first */
  guint limit;
  gint64 lifetime_us;
};

static void
entry_free(gpointer data)
{
  ReplayEntry *entry = data;
  g_free(entry->key);
  g_free(entry->body_hash);
  answer_free(entry->answer);
  g_free(entry);
}

ReplayCache *
replay_cache_new(guint limit, gint64 lifetime_us)
{
  ReplayCache *cache = g_new0(ReplayCache, 1);
  g_mutex_init(&cache->lock);
  cache->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
  cache->limit = limit;
  cache->lifetime_us = lifetime_us;
  return cache;
}

static void
drop(ReplayCache *cache, ReplayEntry *entry)
{
  g_queue_remove(&cache->by_age, entry);
  g_hash_table_remove(cache->by_key, entry->key);
}

static void
make_room(ReplayCache *cache, gint64 now_us)
{
  for (ReplayEntry *oldest; (oldest = g_queue_peek_head(&cache->by_age)) != NULL;) {
    if (g_queue_get_length(&cache->by_age) < cache->limit && now_us - oldest->begun_us < cache->lifetime_us)
      return;
    drop(cache, oldest);
  }
}

static char *
hash_body(GBytes *body)
{
  return body != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, body) : g_strdup("");
}

static Replay
look(const ReplayEntry *entry, const char *body_hash, Answer **ret_answer)
{
  if (!g_str_equal(entry->body_hash, body_hash))
    return REPLAY_OTHER;
  if (entry->answer == NULL)
    return REPLAY_BUSY;
  *ret_answer = answer_copy(entry->answer);
  return REPLAY_DONE;
}

Replay
replay_cache_begin(ReplayCache *cache, const char *key, GBytes *body, gint64 now_us, Answer **ret_answer)
{
  g_autofree char *body_hash = hash_body(body);
  Replay found = REPLAY_NEW;
  g_mutex_lock(&cache->lock);
  make_room(cache, now_us);
  const ReplayEntry *known = g_hash_table_lookup(cache->by_key, key);
  if (known != NULL) {
    found = look(known, body_hash, ret_answer);
  } else {
    ReplayEntry *entry = g_new0(ReplayEntry, 1);
    *entry = (ReplayEntry){g_strdup(key), g_steal_pointer(&body_hash), now_us, NULL};
    g_hash_table_insert(cache->by_key, entry->key, entry);
    g_queue_push_tail(&cache->by_age, entry);
  }
  g_mutex_unlock(&cache->lock);
  return found;
}

void
replay_cache_finish(ReplayCache *cache, const char *key, const Answer *answer)
{
  g_mutex_lock(&cache->lock);
  ReplayEntry *entry = g_hash_table_lookup(cache->by_key, key);
  if (entry != NULL && answer->status < 300 && entry->answer == NULL)
    entry->answer = answer_copy(answer);
  else if (entry != NULL && entry->answer == NULL)
    drop(cache, entry);
  g_mutex_unlock(&cache->lock);
}

void
replay_cache_free(ReplayCache *cache)
{
  if (cache == NULL)
    return;
  g_queue_clear(&cache->by_age);
  g_hash_table_unref(cache->by_key);
  g_mutex_clear(&cache->lock);
  g_free(cache);
}
