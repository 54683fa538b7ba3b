/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/work.h"

#include "broker/service/session_view.h"
#include "broker/store/audit_store.h"
#include "broker/store/outbox_store.h"
#include "common/base/log.h"

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
  work->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return work;
}

/* Values are read in the writer's turn, and told by their place in its order: the turn has passed on when the
 * commit returns. */
static GPtrArray *
read_changed(Work *work, GError **error)
{
  g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_free);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, work->sessions);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    Session *session = session_view_find(work->transaction, id, error);
    if (session == NULL)
      return NULL;
    g_ptr_array_add(sessions, session);
  }
  return g_steal_pointer(&sessions);
}

gboolean
work_commit(Work *work, GError **error)
{
  g_autoptr(GPtrArray) sessions = read_changed(work, error);
  if (sessions == NULL)
    return FALSE;
  gint64 order = sessions->len > 0 ? session_hub_order(work->services->hub) : 0;
  if (!db_commit(work->transaction, error))
    return FALSE;
  for (guint i = 0; i < sessions->len; i++)
    session_hub_publish(work->services->hub, g_ptr_array_index(sessions, i), order);
  g_clear_pointer(&work->transaction, db_transaction_free);
  if (work->has_commands)
    delivery_run(work->services->delivery, work->services->db, work->services->sender);
  if (work->wakes_keeper)
    services_wake(work->services);
  return TRUE;
}

void
work_free(Work *work)
{
  if (work == NULL)
    return;
  g_clear_pointer(&work->transaction, db_transaction_free);
  g_hash_table_unref(work->sessions);
  g_free(work);
}

void
work_tell(Work *work, const char *id)
{
  g_hash_table_add(work->sessions, g_strdup(id));
}

gboolean
work_command(Work *work, const char *host, HostCommand *command, GError **error)
{
  work->has_commands = TRUE;
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
