/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/delivery.h"

#include "broker/store/outbox_store.h"

typedef struct {
  gint64 term;
  gint64 last_id;
} OpenLink;

/* A link as it was when it was looked at. */
typedef struct {
  char *host;
  OpenLink link;
} Waiting;

struct Delivery {
  GMutex mutex;
  GHashTable *links; /* host → OpenLink */
};

Delivery *
delivery_new(void)
{
  Delivery *delivery = g_new0(Delivery, 1);
  g_mutex_init(&delivery->mutex);
  delivery->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return delivery;
}

void
delivery_open(Delivery *delivery, const char *host, gint64 term)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  const OpenLink link = {.term = term};
  g_hash_table_insert(delivery->links, g_strdup(host), g_memdup2(&link, sizeof link));
}

void
delivery_close(Delivery *delivery, const char *host, gint64 term)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  const OpenLink *link = g_hash_table_lookup(delivery->links, host);
  if (link != NULL && link->term <= term)
    g_hash_table_remove(delivery->links, host);
}

static void
waiting_free(gpointer data)
{
  Waiting *waiting = data;
  g_free(waiting->host);
  g_free(waiting);
}

/* Which of @hosts (nullable: all) have a link, and how far each of them is. */
static GPtrArray *
open_links(Delivery *delivery, GHashTable *hosts)
{
  GPtrArray *open = g_ptr_array_new_with_free_func(waiting_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  GHashTableIter iter;
  gpointer host, link;
  g_hash_table_iter_init(&iter, delivery->links);
  while (g_hash_table_iter_next(&iter, &host, &link)) {
    if (hosts != NULL && !g_hash_table_contains(hosts, host))
      continue;
    const Waiting waiting = {g_strdup(host), *(const OpenLink *)link};
    g_ptr_array_add(open, g_memdup2(&waiting, sizeof waiting));
  }
  return open;
}

/* Others may have sent some of @commands since they were read, or the link may be another by now, which
 * begins by itself. */
static void
send_to(Delivery *delivery, const Waiting *waiting, const GPtrArray *commands, HostSender *sender)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  OpenLink *link = g_hash_table_lookup(delivery->links, waiting->host);
  for (guint i = 0; link != NULL && link->term == waiting->link.term && i < commands->len; i++) {
    const Command *command = g_ptr_array_index(commands, i);
    if (command->id <= link->last_id)
      continue;
    if (!sender->deliver(sender, waiting->host, command->id, command->text))
      break;
    link->last_id = command->id;
  }
}

/* The database is read without the mutex: while it stands still, links come and go all the same. */
gboolean
delivery_run(Delivery *delivery, DbTransaction *transaction, GHashTable *hosts, HostSender *sender,
             GError **error)
{
  if (sender == NULL)
    return TRUE;
  g_autoptr(GPtrArray) open = open_links(delivery, hosts);
  for (guint i = 0; i < open->len; i++) {
    const Waiting *waiting = g_ptr_array_index(open, i);
    g_autoptr(GPtrArray) commands =
        outbox_store_list(transaction, waiting->host, waiting->link.last_id, error);
    if (commands == NULL)
      return FALSE;
    send_to(delivery, waiting, commands, sender);
  }
  return TRUE;
}

gboolean
delivery_run_for(Delivery *delivery, Db *db, const char *host, HostSender *sender, GError **error)
{
  g_autoptr(GHashTable) hosts = g_hash_table_new(g_str_hash, g_str_equal);
  if (host != NULL)
    g_hash_table_add(hosts, (gpointer)host);
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, error);
  return transaction != NULL &&
         delivery_run(delivery, transaction, host != NULL ? hosts : NULL, sender, error);
}

void
delivery_free(Delivery *delivery)
{
  if (delivery == NULL)
    return;
  g_hash_table_unref(delivery->links);
  g_mutex_clear(&delivery->mutex);
  g_free(delivery);
}
