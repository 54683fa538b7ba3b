/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/cluster/broker_directory.h"

#include "broker/service/work.h"
#include "broker/store/broker_store.h"
#include "broker/store/host_store.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"

#define AUTHORITY_SETTING "ca-hash"
#define REVOKED_TOLD_MAX  64 /* the newest: consoles of older ones were cut long ago */
#define GONE_FOR_GOOD_US  (7 * 24 * 3600 * SECOND_US)

struct BrokerDirectory {
  GMutex mutex;
  GPtrArray *keys; /* of BrokerKey; replaced, never changed */
  GStrv addresses;
};

BrokerDirectory *
broker_directory_new(void)
{
  BrokerDirectory *directory = g_new0(BrokerDirectory, 1);
  g_mutex_init(&directory->mutex);
  directory->keys = g_ptr_array_new_with_free_func((GDestroyNotify)broker_key_free);
  directory->addresses = g_new0(char *, 1);
  return directory;
}

static void
add_addresses(GStrvBuilder *builder, const GPtrArray *rows, const char *instance, gboolean own)
{
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (!row->stopped && row->address[0] != '\0' && g_str_equal(row->instance, instance) == own)
      g_strv_builder_add(builder, row->address);
  }
}

static gboolean
same_keys(const GPtrArray *some, const GPtrArray *others)
{
  gboolean same = some->len == others->len;
  for (guint i = 0; same && i < some->len; i++) {
    const BrokerKey *one = g_ptr_array_index(some, i), *other = g_ptr_array_index(others, i);
    same = g_str_equal(one->id, other->id) && g_strcmp0(one->public_key, other->public_key) == 0;
  }
  return same;
}

gboolean
broker_directory_read(Services *services, gboolean *ret_keys_changed, GError **error)
{
  BrokerDirectory *directory = services->directory;
  g_autoptr(DbTransaction) transaction = db_begin(services->db, DB_READ, error);
  g_autoptr(GPtrArray) rows = transaction != NULL ? broker_store_all(transaction, error) : NULL;
  g_autoptr(GPtrArray) keys = rows != NULL ? broker_store_keys(transaction, error) : NULL;
  g_autoptr(GPtrArray) revoked =
      keys != NULL ? broker_store_revoked_keys(transaction, REVOKED_TOLD_MAX, error) : NULL;
  if (revoked == NULL)
    return FALSE;
  while (revoked->len > 0)
    g_ptr_array_add(keys, g_ptr_array_steal_index(revoked, 0));
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  add_addresses(builder, rows, services->instance, TRUE);
  add_addresses(builder, rows, services->instance, FALSE);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&directory->mutex);
  if (ret_keys_changed != NULL)
    *ret_keys_changed = !same_keys(directory->keys, keys);
  g_ptr_array_unref(directory->keys);
  directory->keys = g_steal_pointer(&keys);
  g_strfreev(directory->addresses);
  directory->addresses = g_strv_builder_end(builder);
  return TRUE;
}

GPtrArray *
broker_directory_keys(Services *services)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->directory->mutex);
  return g_ptr_array_ref(services->directory->keys);
}

GStrv
broker_directory_addresses(Services *services)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->directory->mutex);
  return g_strdupv(services->directory->addresses);
}

gboolean
broker_directory_announce(Services *services, const char *address, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  work_notify(work, CHANGE_BROKER, "");
  gboolean done = broker_store_set_address(work->transaction, services->instance, address, error) &&
                  work_commit(work, error);
  g_clear_pointer(&work, work_free);
  return done && broker_directory_read(services, NULL, error);
}

/* @ret_hash is NULL when there is none yet. */
static gboolean
read_authority(DbTransaction *transaction, char **ret_hash, GError **error)
{
  GError *problem = NULL;
  char *hash = setting_store_get(transaction, AUTHORITY_SETTING, &problem);
  if (hash == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  *ret_hash = hash;
  return TRUE;
}

gboolean
broker_directory_has_authority(Services *services, gboolean *ret_has, GError **error)
{
  g_autofree char *hash = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(services->db, DB_READ, error);
  if (transaction == NULL || !read_authority(transaction, &hash, error))
    return FALSE;
  *ret_has = hash != NULL;
  return TRUE;
}

gboolean
broker_directory_check_authority(Services *services, const char *ca_hash, GError **error)
{
  g_autofree char *hash = NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !read_authority(work->transaction, &hash, error))
    return FALSE;
  if (hash == NULL)
    return setting_store_set(work->transaction, AUTHORITY_SETTING, ca_hash, error) &&
           work_commit(work, error);
  if (g_str_equal(hash, ca_hash))
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "The certificate authority in the state directory is not the one of this installation, which its "
      "brokers share. Copy ca.pem and ca.key from the state directory of a broker that runs, and start "
      "again.");
  return FALSE;
}

GPtrArray *
broker_directory_list(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  GPtrArray *rows = work != NULL ? broker_store_all(work->transaction, error) : NULL;
  if (rows == NULL)
    return NULL;
  g_autofree char *holder = broker_store_holder(work->transaction, BROKER_LEASE_KEEPER, NULL);
  for (guint i = 0; i < rows->len; i++) {
    BrokerRow *row = g_ptr_array_index(rows, i);
    row->is_alive =
        g_str_equal(row->instance, services->instance) || !cluster_is_gone(services->cluster, row);
    row->is_keeper = g_strcmp0(row->instance, holder) == 0;
  }
  return rows;
}

char *
broker_directory_of_host(Services *services, const char *host_name, gboolean *ret_is_here, GError **error)
{
  *ret_is_here = FALSE;
  g_autoptr(GPtrArray) rows = broker_directory_list(services, error);
  g_autoptr(Work) work = rows != NULL ? work_begin(services, DB_READ, error) : NULL;
  g_autoptr(Host) host = work != NULL ? host_store_find(work->transaction, host_name, error) : NULL;
  if (host == NULL)
    return NULL;
  *ret_is_here = g_strcmp0(host->link_broker, services->instance) == 0;
  for (guint i = 0; i < rows->len && !*ret_is_here; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (g_strcmp0(row->instance, host->link_broker) == 0 && row->is_alive && row->address[0] != '\0')
      return g_strdup(row->address);
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
              "Host %s is not connected at the moment. Try again when it is up.", host_name);
  return NULL;
}

gboolean
broker_directory_forget_gone(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  g_autoptr(GPtrArray) rows = work != NULL ? broker_store_all(work->transaction, error) : NULL;
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (g_str_equal(row->instance, services->instance) || work->now_us - row->seen_us < GONE_FOR_GOOD_US ||
        !cluster_is_gone(services->cluster, row))
      continue;
    work_notify(work, CHANGE_KEYS, "");
    if (!broker_store_remove(work->transaction, row->name, error) ||
        !work_audit(work, NULL, "broker.forget", "broker", row->name, "", error))
      return FALSE;
  }
  return work_commit(work, error);
}

void
broker_directory_free(BrokerDirectory *directory)
{
  if (directory == NULL)
    return;
  g_ptr_array_unref(directory->keys);
  g_strfreev(directory->addresses);
  g_mutex_clear(&directory->mutex);
  g_free(directory);
}
