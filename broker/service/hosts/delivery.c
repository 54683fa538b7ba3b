/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/delivery.h"

#include "broker/store/outbox_store.h"

#define TOGETHER_MAX 64 /* hosts whose commands are in memory at once */

typedef struct {
  gint64 term;
  gint64 last_id;
} OpenLink;

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

/* Which of @hosts (nullable: all) have a link, and how far each of them is: host → OpenLink. */
static GHashTable *
open_links(Delivery *delivery, GHashTable *hosts)
{
  GHashTable *open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  GHashTableIter iter;
  gpointer host, link;
  g_hash_table_iter_init(&iter, delivery->links);
  while (g_hash_table_iter_next(&iter, &host, &link))
    if (hosts == NULL || g_hash_table_contains(hosts, host))
      g_hash_table_insert(open, g_strdup(host), g_memdup2(link, sizeof(OpenLink)));
  return open;
}

static GArray *
list_places(GHashTable *open)
{
  GArray *places = g_array_new(FALSE, FALSE, sizeof(OutboxPlace));
  GHashTableIter iter;
  gpointer host, link;
  g_hash_table_iter_init(&iter, open);
  while (g_hash_table_iter_next(&iter, &host, &link)) {
    const OutboxPlace place = {host, ((const OpenLink *)link)->last_id};
    g_array_append_val(places, place);
  }
  return places;
}

/* Others may have sent some of @commands since they were read, or a link may be another by now, which begins
 * by itself. A host that does not take one is sent none after it. */
static void
send_all(Delivery *delivery, GHashTable *open, const GPtrArray *commands, HostSender *sender)
{
  const char *stuck = NULL;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&delivery->mutex);
  for (guint i = 0; i < commands->len; i++) {
    const Command *command = g_ptr_array_index(commands, i);
    const OpenLink *before = g_hash_table_lookup(open, command->host);
    OpenLink *link = g_hash_table_lookup(delivery->links, command->host);
    if (g_strcmp0(stuck, command->host) == 0 || link == NULL || link->term != before->term ||
        command->id <= link->last_id)
      continue;
    if (sender->deliver(sender, command->host, command->id, command->text))
      link->last_id = command->id;
    else
      stuck = command->host;
  }
}

/* The database is read without the mutex: while it stands still, links come and go all the same. */
gboolean
delivery_run(Delivery *delivery, DbTransaction *transaction, GHashTable *hosts, HostSender *sender,
             GError **error)
{
  if (sender == NULL)
    return TRUE;
  g_autoptr(GHashTable) open = open_links(delivery, hosts);
  g_autoptr(GArray) places = list_places(open);
  for (guint from = 0; from < places->len; from += TOGETHER_MAX) {
    g_autoptr(GPtrArray) commands = outbox_store_list_all(
        transaction, &g_array_index(places, OutboxPlace, from), MIN(places->len - from, TOGETHER_MAX), error);
    if (commands == NULL)
      return FALSE;
    send_all(delivery, open, commands, sender);
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
