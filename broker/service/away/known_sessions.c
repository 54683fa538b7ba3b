/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_sessions.h"

#include "broker/policy/session_machine.h"

#define UUID_BYTES 37 /* with its end */

typedef struct {
  char *id;
  char *name;
  char *description;
  GStrv channels;
  PoolTakeOver take_over;
  PoolSecondFactor second_factor;
  PoolKind kind;
  PoolLogoff on_logoff;
  gboolean may_restart, may_reset;
} KnownPool;

typedef struct {
  char *name;
  char *relay_address;
  guint16 relay_port;
  gboolean is_up;
} KnownHost;

typedef struct KnownRecord KnownRecord;

/* Whoever has sessions; goes with the last of them. */
typedef struct {
  char *id;
  char *name;
  KnownRecord *first;
} KnownOwner;

/* There may be 20,000 of them: what is the same for many is held once. */
struct KnownRecord {
  char id[UUID_BYTES];
  char desktop_id[UUID_BYTES];
  guint8 state;
  guint8 progress;
  guint8 slot;
  KnownOwner *owner;
  KnownRecord *next; /* of the same owner */
  char *pool_id;     /* interned, as all that follow down to device */
  char *pool_name;
  char *host;
  char *step;
  char *viewer;
  char *power;
  char *device;
  char *desktop_name;
  char *connected_from; /* nullable */
  Epoch epoch;
  gint64 created_us;
  guint load; /* by which it was noted last */
};

struct KnownSessions {
  GMutex mutex;
  GHashTable *pools;   /* id → KnownPool */
  GHashTable *hosts;   /* name → KnownHost */
  GHashTable *owners;  /* id → KnownOwner */
  GHashTable *records; /* id → KnownRecord */
  KnownDevices *devices;
  guint load;
};

static void
pool_clear(gpointer data)
{
  KnownPool *pool = data;
  g_free(pool->id);
  g_free(pool->name);
  g_free(pool->description);
  g_strfreev(pool->channels);
  g_free(pool);
}

static void
host_clear(gpointer data)
{
  KnownHost *host = data;
  g_free(host->name);
  g_free(host->relay_address);
  g_free(host);
}

static void
owner_clear(gpointer data)
{
  KnownOwner *owner = data;
  g_free(owner->id);
  g_free(owner->name);
  g_free(owner);
}

static void
drop_text(char *text)
{
  if (text != NULL)
    g_ref_string_release(text);
}

static char *
keep_text(const char *text)
{
  return g_ref_string_new_intern(text != NULL ? text : "");
}

static void
record_clear(gpointer data)
{
  KnownRecord *record = data;
  drop_text(record->pool_id);
  drop_text(record->pool_name);
  drop_text(record->host);
  drop_text(record->step);
  drop_text(record->viewer);
  drop_text(record->power);
  drop_text(record->device);
  g_free(record->desktop_name);
  g_free(record->connected_from);
  g_free(record);
}

KnownSessions *
known_sessions_new(void)
{
  KnownSessions *known = g_new0(KnownSessions, 1);
  g_mutex_init(&known->mutex);
  known->pools = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pool_clear);
  known->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, host_clear);
  known->owners = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, owner_clear);
  known->records = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, record_clear);
  known->devices = known_devices_new();
  return known;
}

void
known_sessions_put_pool(KnownSessions *known, const Pool *pool)
{
  KnownPool *noted = g_new0(KnownPool, 1);
  noted->id = g_strdup(pool->id);
  noted->name = g_strdup(pool->name);
  noted->description = g_strdup(pool->description);
  noted->channels = g_strdupv(pool->channels);
  noted->take_over = pool->take_over;
  noted->second_factor = pool->second_factor;
  noted->kind = pool->kind;
  noted->on_logoff = pool->on_logoff;

  noted->may_restart = pool->may_restart;
  noted->may_reset = pool->may_reset;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  g_hash_table_replace(known->pools, noted->id, noted);
}

void
known_sessions_put_host(KnownSessions *known, const Host *host)
{
  KnownHost *noted = g_new0(KnownHost, 1);
  noted->name = g_strdup(host->name);
  noted->relay_address = g_strdup(host->relay_address);
  noted->relay_port = host->relay_port;
  noted->is_up = host->state == HOST_UP;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  g_hash_table_replace(known->hosts, noted->name, noted);
}

/* --- records; all of these under the mutex --- */

static KnownOwner *
take_owner(KnownSessions *known, const Session *session)
{
  KnownOwner *owner = g_hash_table_lookup(known->owners, session->user_id);
  if (owner != NULL)
    return owner;
  owner = g_new0(KnownOwner, 1);
  owner->id = g_strdup(session->user_id);
  owner->name = g_strdup(session->user_name);
  g_hash_table_insert(known->owners, owner->id, owner);
  return owner;
}

static void
forget(KnownSessions *known, const char *id)
{
  KnownRecord *record = g_hash_table_lookup(known->records, id);
  if (record == NULL)
    return;
  KnownRecord **place = &record->owner->first;
  while (*place != record)
    place = &(*place)->next;
  *place = record->next;
  if (record->owner->first == NULL)
    g_hash_table_remove(known->owners, record->owner->id);
  g_hash_table_remove(known->records, id);
}

static void
fill(KnownRecord *record, const Session *session, Epoch epoch)
{
  g_strlcpy(record->id, session->id, sizeof record->id);
  g_strlcpy(record->desktop_id, session->desktop_id, sizeof record->desktop_id);
  record->state = (guint8)session->state;
  record->progress = (guint8)MIN(session->progress, 100);
  record->slot = (guint8)session->slot;
  record->pool_id = keep_text(session->pool_id);
  record->pool_name = keep_text(session->pool_name);
  record->host = keep_text(session->host);
  record->step = keep_text(session->step);
  record->viewer = keep_text(session->viewer);
  record->power = keep_text(session->power);
  record->device = keep_text(session->device);
  record->desktop_name = g_strdup(session->desktop_name);
  record->connected_from = g_strdup(session->connected_from);
  record->epoch = epoch;
  record->created_us = session->created_us;
}

void
known_sessions_put(KnownSessions *known, const Session *session, Epoch epoch)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  forget(known, session->id);
  if (session->state == SESSION_ENDED || session->desktop_id == NULL)
    return;
  known_devices_compare(known->devices, session->id, session->device);
  KnownRecord *record = g_new0(KnownRecord, 1);
  fill(record, session, epoch);
  record->load = known->load;
  record->owner = take_owner(known, session);
  record->next = record->owner->first;
  record->owner->first = record;
  g_hash_table_insert(known->records, record->id, record);
}

void
known_sessions_forget(KnownSessions *known, const char *id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  forget(known, id);
}

void
known_sessions_begin_load(KnownSessions *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  known->load++;
}

void
known_sessions_end_load(KnownSessions *known)
{
  g_autoptr(GPtrArray) old = g_ptr_array_new();
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  GHashTableIter iter;
  gpointer id, record;
  g_hash_table_iter_init(&iter, known->records);
  while (g_hash_table_iter_next(&iter, &id, &record))
    if (((KnownRecord *)record)->load != known->load)
      g_ptr_array_add(old, id);
  for (guint i = 0; i < old->len; i++)
    forget(known, g_ptr_array_index(old, i));
}

static Session *
session_of(const KnownRecord *record, const KnownPool *pool)
{
  Session *session = g_new0(Session, 1);
  session->id = g_strdup(record->id);
  session->pool_id = g_strdup(record->pool_id);
  session->pool_name = g_strdup(record->pool_name);
  session->user_id = g_strdup(record->owner->id);
  session->user_name = g_strdup(record->owner->name);
  session->desktop_id = g_strdup(record->desktop_id);
  session->desktop_name = g_strdup(record->desktop_name);
  session->host = g_strdup(record->host);
  session->state = (SessionState)record->state;
  session->step = g_strdup(record->step);
  session->progress = record->progress;
  session->created_us = record->created_us;
  session->connected_from = g_strdup(record->connected_from);
  session->viewer = g_strdup(record->viewer);
  session->device = g_strdup(record->device);
  session->slot = record->slot;
  session->power = *record->power != '\0' ? g_strdup(record->power) : NULL;
  if (pool == NULL)
    return session;
  session->kind = pool->kind;
  session->on_logoff = pool->on_logoff;
  session->may_restart = pool->may_restart;
  session->may_reset = pool->may_reset;
  return session;
}

static KnownSession *
copy_of(KnownSessions *known, const KnownRecord *record)
{
  const KnownPool *pool = g_hash_table_lookup(known->pools, record->pool_id);
  const KnownHost *host = g_hash_table_lookup(known->hosts, record->host);
  KnownSession *copy = g_new0(KnownSession, 1);
  copy->session = session_of(record, pool);
  const char *device = known_devices_find(known->devices, record->id);
  if (device != NULL) {
    g_free(copy->session->device);
    copy->session->device = g_strdup(device);
  }
  copy->epoch = record->epoch;
  copy->channels = pool != NULL ? g_strdupv(pool->channels) : g_new0(char *, 1);
  copy->description = g_strdup(pool != NULL ? pool->description : "");
  copy->relay_address = g_strdup(host != NULL ? host->relay_address : "");
  copy->relay_port = host != NULL ? host->relay_port : 0;
  copy->take_over = pool != NULL ? pool->take_over : POOL_TAKE_OVER_REFUSE;
  copy->second_factor = pool != NULL ? pool->second_factor : POOL_SECOND_FACTOR_REQUIRED;
  copy->host_is_up = host != NULL && host->is_up;
  return copy;
}

KnownSession *
known_sessions_find(KnownSessions *known, const char *id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  const KnownRecord *record = g_hash_table_lookup(known->records, id);
  return record != NULL ? copy_of(known, record) : NULL;
}

static int
compare_place(gconstpointer a, gconstpointer b)
{
  const Session *first = (*(KnownSession *const *)a)->session;
  const Session *second = (*(KnownSession *const *)b)->session;
  int by_pool = strcmp(first->pool_name, second->pool_name);
  if (by_pool != 0)
    return by_pool;
  return first->slot != second->slot ? (int)first->slot - (int)second->slot : strcmp(first->id, second->id);
}

GPtrArray *
known_sessions_of_user(KnownSessions *known, const char *user_id)
{
  GPtrArray *sessions = g_ptr_array_new_with_free_func((GDestroyNotify)known_session_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  const KnownOwner *owner = g_hash_table_lookup(known->owners, user_id);
  for (const KnownRecord *at = owner != NULL ? owner->first : NULL; at != NULL; at = at->next)
    g_ptr_array_add(sessions, copy_of(known, at));
  g_ptr_array_sort(sessions, compare_place);
  return sessions;
}

/* --- devices --- */

void
known_sessions_set_device(KnownSessions *known, const char *id, const char *device)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  KnownRecord *record = g_hash_table_lookup(known->records, id);
  if (record != NULL)
    known_devices_let_in(known->devices, id, record->device, device);
}

void
known_sessions_set_console(KnownSessions *known, const char *id, const char *desktop_id, const char *client,
                           const char *viewer)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  KnownRecord *record = g_hash_table_lookup(known->records, id);
  if (record == NULL || g_strcmp0(record->desktop_id, desktop_id) != 0)
    return;
  SessionEvent event = client != NULL ? SESSION_EVENT_CONSOLE_OPENED : SESSION_EVENT_CONSOLE_CLOSED;
  record->state = (guint8)session_machine_step((SessionState)record->state, event).state;
  g_free(record->connected_from);
  record->connected_from = g_strdup(client);
  if (client == NULL)
    return;
  drop_text(record->viewer);
  record->viewer = keep_text(viewer);
}

GPtrArray *
known_sessions_devices(KnownSessions *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  return known_devices_to_write(known->devices);
}

void
known_sessions_devices_written(KnownSessions *known, const GPtrArray *written)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  known_devices_written(known->devices, written);
}

guint
known_sessions_count(KnownSessions *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  return g_hash_table_size(known->records);
}

void
known_session_free(KnownSession *session)
{
  if (session == NULL)
    return;
  session_free(session->session);
  g_strfreev(session->channels);
  g_free(session->relay_address);
  g_free(session->description);
  g_free(session);
}

void
known_sessions_free(KnownSessions *known)
{
  if (known == NULL)
    return;
  known_devices_free(known->devices);
  g_hash_table_unref(known->records);
  g_hash_table_unref(known->owners);
  g_hash_table_unref(known->hosts);
  g_hash_table_unref(known->pools);
  g_mutex_clear(&known->mutex);
  g_free(known);
}
