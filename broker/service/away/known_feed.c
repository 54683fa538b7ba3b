/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_feed.h"

#include "broker/service/services_private.h"
#include "broker/store/access_token_store.h"
#include "broker/store/host_store.h"
#include "broker/store/known_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"

static gboolean
load_pools(Work *work, GError **error)
{
  g_autoptr(GPtrArray) pools = pool_store_all(work->transaction, error);
  for (guint i = 0; pools != NULL && i < pools->len; i++)
    known_sessions_put_pool(work->services->known_sessions, g_ptr_array_index(pools, i));
  return pools != NULL;
}

static gboolean
load_hosts(Work *work, GHashTable *names, GError **error)
{
  g_autoptr(GPtrArray) hosts = host_store_all(work->transaction, error);
  for (guint i = 0; hosts != NULL && i < hosts->len; i++) {
    const Host *host = g_ptr_array_index(hosts, i);
    if (names == NULL || g_hash_table_contains(names, host->name))
      known_sessions_put_host(work->services->known_sessions, host);
  }
  return hosts != NULL;
}

static void
put_all(Work *work, const GPtrArray *sessions, GHashTable *epochs)
{
  for (guint i = 0; i < sessions->len; i++) {
    const Session *session = g_ptr_array_index(sessions, i);
    const Epoch *epoch =
        session->desktop_id != NULL ? g_hash_table_lookup(epochs, session->desktop_id) : NULL;
    if (epoch != NULL)
      known_sessions_put(work->services->known_sessions, session, *epoch);
  }
}

static gboolean
load_sessions(Work *work, GError **error)
{
  g_autoptr(GHashTable) epochs = known_store_epochs(work->transaction, error);
  if (epochs == NULL)
    return FALSE;
  g_autofree char *cursor = NULL;
  do {
    const Page page = {.limit = PAGE_LIMIT_MAX, .cursor = cursor};
    g_autofree char *next = NULL;
    g_autoptr(GPtrArray) sessions = session_store_list(work->transaction, NULL, &page, &next, error);
    if (sessions == NULL)
      return FALSE;
    put_all(work, sessions, epochs);
    g_free(cursor);
    cursor = g_steal_pointer(&next);
  } while (cursor != NULL);
  return TRUE;
}

typedef struct {
  KnownSignIns *known;
  guint64 stamp;
} SignInsRead;

static void
take_sign_in(const char *token_hash, const User *user, gint64 used_us, gint64 expires_us, gint64 factor_us,
             gpointer data)
{
  const SignInsRead *read = data;
  known_sign_ins_put(read->known, read->stamp, token_hash, user, used_us, expires_us, factor_us);
}

static gboolean
load_sign_ins(Work *work, guint64 stamp, GError **error)
{
  SignInsRead read = {work->services->known_sign_ins, stamp};
  return known_store_sign_ins(work->transaction, KNOWN_SIGN_INS_MAX, take_sign_in, &read, error);
}

static gboolean
load(Work *work, guint64 stamp, GError **error)
{
  KnownSessions *known = work->services->known_sessions;
  known_sessions_begin_load(known);
  known_sign_ins_begin_load(work->services->known_sign_ins);
  if (!load_pools(work, error) || !load_hosts(work, NULL, error) || !load_sessions(work, error) ||
      !load_sign_ins(work, stamp, error))
    return FALSE;
  known_sessions_end_load(known);
  known_sign_ins_end_load(work->services->known_sign_ins);
  return TRUE;
}

static void
take_session(Work *work, const char *id, const Session *session)
{
  KnownSessions *known = work->services->known_sessions;
  if (session != NULL && session->state != SESSION_ENDED && session->epoch.generation > 0)
    known_sessions_put(known, session, session->epoch);
  else
    known_sessions_forget(known, id);
}

static gboolean
take_sessions(Work *work, GHashTable *changed, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new();
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, changed);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    g_ptr_array_add(ids, id);
  g_autoptr(GPtrArray) sessions = session_store_find_many(work->transaction, ids, error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    take_session(work, ids->pdata[i], sessions->pdata[i]);
  return sessions != NULL;
}

static gboolean
take_changed(Work *work, const Changes *changes, GError **error)
{
  if (changes->pools && !load_pools(work, error))
    return FALSE;
  if (g_hash_table_size(changes->hosts) > 0 && !load_hosts(work, changes->hosts, error))
    return FALSE;
  return take_sessions(work, changes->sessions, error);
}

/* A sign-in may have ended at any broker; what was given to it here ends with it. */
static gboolean
review_passwords(Work *work, const Changes *changes, GError **error)
{
  KnownPasswords *known = work->services->known_passwords;
  g_autoptr(GHashTable) devices = known_passwords_devices(known, changes->missed ? NULL : changes->accounts,
                                                          clock_wall_us(&work->services->time));
  GHashTableIter iter;
  gpointer device;
  g_hash_table_iter_init(&iter, devices);
  while (g_hash_table_iter_next(&iter, &device, NULL)) {
    gboolean lives;
    if (!access_token_store_device_lives(work->transaction, device, &lives, error))
      return FALSE;
    if (!lives)
      known_passwords_forget(known, device);
  }
  return TRUE;
}

gboolean
known_feed_take(Work *work, const Changes *changes, guint64 stamp, GError **error)
{
  gboolean taken = changes->missed ? load(work, stamp, error) : take_changed(work, changes, error);
  return taken && review_passwords(work, changes, error);
}

void
known_feed_doubt(Services *services, const Changes *changes)
{
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, changes->sessions);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    known_sessions_forget(services->known_sessions, id);
}

gboolean
known_feed_load(Services *services, GError **error)
{
  guint64 stamp = known_sign_ins_stamp(services->known_sign_ins);
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL && load(work, stamp, error);
}
