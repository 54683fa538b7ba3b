/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/delivery.h"

#include "broker/store/outbox_store.h"
#include "common/base/log.h"

struct Delivery {
  GMutex mutex;
  GHashTable *last_ids; /* host → gint64 */
};

Delivery *
delivery_new(void)
{
  Delivery *delivery = g_new0(Delivery, 1);
  g_mutex_init(&delivery->mutex);
  delivery->last_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return delivery;
}

void
delivery_open(Delivery *delivery, const char *host)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  g_hash_table_insert(delivery->last_ids, g_strdup(host), g_new0(gint64, 1));
}

void
delivery_close(Delivery *delivery, const char *host)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  g_hash_table_remove(delivery->last_ids, host);
}

static gboolean
send_to(const char *host, gint64 *last_id, DbTransaction *transaction, HostSender *sender, GError **error)
{
  g_autoptr(GPtrArray) commands = outbox_store_list(transaction, host, *last_id, error);
  if (commands == NULL)
    return FALSE;
  for (guint i = 0; i < commands->len; i++) {
    const Command *command = g_ptr_array_index(commands, i);
    if (!sender->deliver(sender, host, command->id, command->text))
      break;
    *last_id = command->id;
  }
  return TRUE;
}

static gboolean
send_all(Delivery *delivery, Db *db, HostSender *sender, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, error);
  if (transaction == NULL)
    return FALSE;
  GHashTableIter iter;
  gpointer host, last_id;
  g_hash_table_iter_init(&iter, delivery->last_ids);
  while (g_hash_table_iter_next(&iter, &host, &last_id))
    if (!send_to(host, last_id, transaction, sender, error))
      return FALSE;
  return TRUE;
}

void
delivery_run(Delivery *delivery, Db *db, HostSender *sender)
{
  if (sender == NULL)
    return;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  g_autoptr(GError) error = NULL;
  if (!send_all(delivery, db, sender, &error))
    log_warning("Commands to hosts wait for the next try: %s", error->message);
}

void
delivery_free(Delivery *delivery)
{
  if (delivery == NULL)
    return;
  g_hash_table_unref(delivery->last_ids);
  g_mutex_clear(&delivery->mutex);
  g_free(delivery);
}
