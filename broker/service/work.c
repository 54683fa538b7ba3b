/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/work.h"

#include "broker/service/away/database_return.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/store/access_token_store.h"
#include "broker/store/audit_store.h"
#include "broker/store/broker_store.h"
#include "broker/store/creation_store.h"
#include "broker/store/outbox_store.h"
#include "common/base/error.h"

#include <string.h>

static DbTransaction *
begin(Services *services, DbMode mode, GError **error)
{
  if (!database_watch_check(services->watch, mode, error))
    return NULL;
  GError *problem = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(services->db, mode, &problem);
  if (transaction != NULL) /* others may have found out while this one waited for its turn */
    return database_watch_check(services->watch, mode, error) ? g_steal_pointer(&transaction) : NULL;
  database_return_note(services, mode, problem);
  g_propagate_error(error, problem);
  return NULL;
}

Work *
work_begin(Services *services, DbMode mode, GError **error)
{
  DbTransaction *transaction = begin(services, mode, error);
  if (transaction == NULL)
    return NULL;
  Work *work = g_new0(Work, 1);
  work->services = services;
  work->transaction = transaction;
  work->mode = mode;
  work->now_us = db_now_us(transaction);
  work->notices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return work;
}

Work *
work_begin_as_keeper(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(GError) problem = NULL;
  g_autofree char *holder = broker_store_holder(work->transaction, BROKER_LEASE_KEEPER, &problem);
  if (holder == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
  }
  if (g_strcmp0(holder, services->instance) == 0)
    return g_steal_pointer(&work);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH, "Another broker keeps the pools now.");
  return NULL;
}

gboolean
work_check_caller(Work *work, const Caller *caller, GError **error)
{
  gboolean lives = FALSE;
  if (caller->trusted)
    return TRUE;
  if (!access_token_store_device_lives(work->transaction, caller->token_hash, &lives, error))
    return FALSE;
  if (!lives)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED,
                "Your sign-in has ended; sign in and try again.");
  return lives;
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

/* Whose sign-ins ended is known by heart no longer: from before the commit, because its answer may be lost,
 * and again after it, because somebody may have read them in between. */
static void
forget_sign_ins(Work *work)
{
  static const char PREFIX[] = CHANGE_SIGN_IN " ";
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init(&iter, work->notices);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    if (g_str_has_prefix(key, PREFIX))
      known_sign_ins_forget(work->services->known_sign_ins, (char *)key + strlen(PREFIX));
}

/* The notice of it says so, too, but the database may go away before that comes. */
static void
forget_ended(Work *work)
{
  for (guint i = 0; work->ended != NULL && i < work->ended->len; i++)
    known_sessions_forget(work->services->known_sessions, g_ptr_array_index(work->ended, i));
}

gboolean
work_commit(Work *work, GError **error)
{
  GError *problem = NULL;
  forget_sign_ins(work);
  gboolean durable = notify(work, &problem) && db_commit(work->transaction, &problem);
  forget_sign_ins(work);
  if (durable)
    forget_ended(work);
  if (durable && work->mode == DB_WRITE)
    audit_sealer_wake(work->services->sealer);
  if (!durable) {
    database_return_note(work->services, work->mode, problem);
    g_propagate_error(error, problem);
    return FALSE;
  }
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
  g_clear_pointer(&work->ended, g_ptr_array_unref);
  g_free(work);
}

void
work_tell(Work *work, const char *id)
{
  work_notify(work, CHANGE_SESSION, id);
}

void
work_tell_end(Work *work, const char *id)
{
  if (work->ended == NULL)
    work->ended = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(work->ended, g_strdup(id));
  work_tell(work, id);
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

static gboolean
enter_creation(Work *work, const Caller *caller, const char *object, GError **error)
{
  if (caller == NULL || caller->creation_key == NULL || work->has_creation)
    return TRUE;
  work->has_creation = TRUE;
  return creation_store_add(work->transaction, caller->creation_key, caller->creation_body, object,
                            work->now_us, error);
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
  return enter_creation(work, caller, object, error) && audit_store_add(work->transaction, &entry, error);
}
