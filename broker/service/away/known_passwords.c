/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_passwords.h"

typedef struct {
  char *hash;
  char *session_id;
  char *viewer;
  char *user_id;
  char *device;
  gint64 expires_us;
  gboolean is_used;
} Entry;

struct KnownPasswords {
  GMutex mutex;
  GHashTable *by_hash; /* owns the entries */
  GQueue by_age;       /* the same, oldest first */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->hash);
  g_free(entry->session_id);
  g_free(entry->viewer);
  g_free(entry->user_id);
  g_free(entry->device);
  g_free(entry);
}

KnownPasswords *
known_passwords_new(void)
{
  KnownPasswords *known = g_new0(KnownPasswords, 1);
  g_mutex_init(&known->mutex);
  known->by_hash = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
  return known;
}

void
known_passwords_add(KnownPasswords *known, const char *hash, const char *session_id, const char *viewer,
                    const Caller *caller, gint64 expires_us)
{
  Entry *entry = g_new0(Entry, 1);
  *entry = (Entry){.hash = g_strdup(hash),
                   .session_id = g_strdup(session_id),
                   .viewer = g_strdup(viewer),
                   .user_id = g_strdup(caller->user_id),
                   .device = g_strdup(caller->token_hash),
                   .expires_us = expires_us};
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  g_hash_table_insert(known->by_hash, entry->hash, entry);
  g_queue_push_tail(&known->by_age, entry);
  if (g_queue_get_length(&known->by_age) > KNOWN_PASSWORDS_MAX) {
    Entry *oldest = g_queue_pop_head(&known->by_age);
    g_hash_table_remove(known->by_hash, oldest->hash);
  }
}

gboolean
known_passwords_find(KnownPasswords *known, const char *hash, char **ret_session_id, char **ret_viewer)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  const Entry *entry = g_hash_table_lookup(known->by_hash, hash);
  if (entry == NULL)
    return FALSE;
  *ret_session_id = g_strdup(entry->session_id);
  *ret_viewer = g_strdup(entry->viewer);
  return TRUE;
}

KnownPassword
known_passwords_spend(KnownPasswords *known, const char *hash, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  Entry *entry = g_hash_table_lookup(known->by_hash, hash);
  if (entry == NULL)
    return KNOWN_PASSWORD_NONE;
  if (entry->expires_us <= now_us)
    return KNOWN_PASSWORD_EXPIRED;
  if (entry->is_used)
    return KNOWN_PASSWORD_USED;
  entry->is_used = TRUE;
  return KNOWN_PASSWORD_GOOD;
}

GHashTable *
known_passwords_devices(KnownPasswords *known, GHashTable *accounts, gint64 now_us)
{
  GHashTable *devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  for (GList *at = known->by_age.head; at != NULL; at = at->next) {
    const Entry *entry = at->data;
    if (!entry->is_used && entry->expires_us > now_us &&
        (accounts == NULL || g_hash_table_contains(accounts, entry->user_id)))
      g_hash_table_add(devices, g_strdup(entry->device));
  }
  return devices;
}

void
known_passwords_forget(KnownPasswords *known, const char *device)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  GList *next = NULL;
  for (GList *at = known->by_age.head; at != NULL; at = next) {
    Entry *entry = at->data;
    next = at->next;
    if (!g_str_equal(entry->device, device))
      continue;
    g_queue_delete_link(&known->by_age, at);
    g_hash_table_remove(known->by_hash, entry->hash);
  }
}

void
known_passwords_free(KnownPasswords *known)
{
  if (known == NULL)
    return;
  g_queue_clear(&known->by_age);
  g_hash_table_unref(known->by_hash);
  g_mutex_clear(&known->mutex);
  g_free(known);
}
