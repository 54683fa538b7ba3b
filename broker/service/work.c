/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/work.h"

#include "broker/service/change_feed.h"
#include "broker/store/audit_store.h"
#include "broker/store/outbox_store.h"

#include <string.h>

Work *
work_begin(Services *services, DbMode mode, GError **error)
{
  DbTransaction *transaction = db_begin(services->db, mode, error);
  if (transaction == NULL)
    return NULL;
  Work *work = g_new0(Work, 1);
  work->services = services;
  work->transaction = transaction;
  work->now_us = db_now_us(transaction);
  work->notices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return work;
}

static gboolean
notify(Work *work, GError **error)
{
  if (work->wakes_keeper)
    work_notify(work, CHANGE_POOLS, "");
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init(&iter, work->notices);
  while (g_hash_table_iter_next(&iter, &key, NULL)) {
    const char *payload = strchr(key, ' ');
    g_autofree char *channel = g_strndup(key, (gsize)(payload - (char *)key));
    if (!db_notify(work->transaction, channel, payload + 1, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
work_commit(Work *work, GError **error)
{
  if (!notify(work, error) || !db_commit(work->transaction, error))
    return FALSE;
  g_clear_pointer(&work->transaction, db_transaction_free);
  return TRUE;
}

void
work_free(Work *work)
{
  if (work == NULL)
    return;
  g_clear_pointer(&work->transaction, db_transaction_free);
  g_hash_table_unref(work->notices);
  g_free(work);
}

void
work_tell(Work *work, const char *id)
{
  work_notify(work, CHANGE_SESSION, id);
}

void
work_notify(Work *work, const char *channel, const char *payload)
{
  g_hash_table_add(work->notices, g_strconcat(channel, " ", payload, NULL));
}

gboolean
work_command(Work *work, const char *host, HostCommand *command, GError **error)
{
  work_notify(work, CHANGE_OUTBOX, host);
  return outbox_store_add(work->transaction, host, command, error);
}

gboolean
work_audit(Work *work, const Caller *caller, const char *action, const char *kind, const char *name,
           const char *detail, GError **error)
{
  g_autofree char *object = g_strdup_printf("%s/%s", kind, name);
  AuditEntry entry = {
      .time_us = work->now_us,
      .actor = caller != NULL ? caller->user_name : (char *)"system",
      .action = (char *)action,
      .object = object,
      .succeeded = TRUE,
      .code = (char *)"",
      .detail = (char *)detail,
      .address = caller != NULL ? caller->address : (char *)"",
  };
  return audit_store_add(work->transaction, &entry, error);
}
