/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/grant_key_admin.h"

#include "broker/policy/names.h"
#include "broker/service/work.h"
#include "broker/store/grant_key_store.h"
#include "common/base/error.h"

#define GONE_SHOWN 100

static void
move_all(GPtrArray *from, GPtrArray *to)
{
  while (from->len > 0)
    g_ptr_array_add(to, g_ptr_array_steal_index(from, 0));
}

GPtrArray *
grant_key_admin_list(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(GPtrArray) rows = work != NULL ? grant_key_store_all(work->transaction, error) : NULL;
  g_autoptr(GPtrArray) gone =
      rows != NULL ? grant_key_store_gone(work->transaction, GONE_SHOWN, error) : NULL;
  if (gone == NULL)
    return NULL;
  move_all(gone, rows);
  return g_steal_pointer(&rows);
}

/* Those of @rows that sign, of the broker @name or of all. */
static GPtrArray *
current_of(GPtrArray *rows, const char *name)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func((GDestroyNotify)grant_key_row_free);
  for (guint i = rows->len; i > 0; i--) {
    const GrantKeyRow *row = g_ptr_array_index(rows, i - 1);
    if (row->state == GRANT_KEY_CURRENT && (name == NULL || g_str_equal(row->broker, name)))
      g_ptr_array_insert(chosen, 0, g_ptr_array_steal_index(rows, i - 1));
  }
  return chosen;
}

static gboolean
ask_for_all(Work *work, const Caller *caller, const GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    GrantKeyRow *row = g_ptr_array_index(rows, i);
    row->asked_us = work->now_us;
    if (!grant_key_store_ask(work->transaction, row->id, work->now_us, error) ||
        !work_audit(work, caller, "grant-key.rotate", "grant-key", row->id, "", error))
      return FALSE;
  }
  work_notify(work, CHANGE_KEYS, "");
  return work_commit(work, error);
}

GPtrArray *
grant_key_admin_rotate(Services *services, const Caller *caller, const char *name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(GPtrArray) rows = work != NULL ? grant_key_store_all(work->transaction, error) : NULL;
  g_autoptr(GPtrArray) chosen = rows != NULL ? current_of(rows, name) : NULL;
  if (chosen == NULL)
    return NULL;
  if (chosen->len == 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such broker with a key.");
    return NULL;
  }
  return ask_for_all(work, caller, chosen, error) ? g_steal_pointer(&chosen) : NULL;
}

static gboolean
revoke_one(Work *work, const Caller *caller, const GrantKeyRow *row, const char *reason, GError **error)
{
  return grant_key_store_remove(work->transaction, row, GRANT_KEY_REVOKED, work->now_us, reason, error) &&
         work_audit(work, caller, "grant-key.revoke", "grant-key", row->id, reason, error);
}

static gboolean
is_held(const GrantKeyRow *row)
{
  return row->state == GRANT_KEY_CURRENT || row->state == GRANT_KEY_NEXT;
}

/* @row, and what lies beside it. */
static gboolean
revoke_some(Work *work, const Caller *caller, const GrantKeyRow *row, const char *reason, GError **error)
{
  g_autoptr(GPtrArray) rows = grant_key_store_of_broker(work->transaction, row->broker, error);
  if (rows == NULL || !revoke_one(work, caller, row, reason, error))
    return FALSE;
  for (guint i = 0; i < rows->len && is_held(row); i++) {
    const GrantKeyRow *other = g_ptr_array_index(rows, i);
    if (is_held(other) && !g_str_equal(other->id, row->id) && !revoke_one(work, caller, other, reason, error))
      return FALSE;
  }
  work_notify(work, CHANGE_KEYS, "");
  return TRUE;
}

GrantKeyRow *
grant_key_admin_revoke(Services *services, const Caller *caller, const char *id, const char *reason,
                       GError **error)
{
  if (!names_check_text(reason, GRANT_KEY_REASON_MAX, "reason", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(GrantKeyRow) row = work != NULL ? grant_key_store_find(work->transaction, id, error) : NULL;
  if (row == NULL || row->state == GRANT_KEY_REVOKED)
    return g_steal_pointer(&row);
  if (!revoke_some(work, caller, row, reason != NULL ? reason : "", error))
    return NULL;
  g_autoptr(GrantKeyRow) revoked = grant_key_store_find(work->transaction, id, error);
  return revoked != NULL && work_commit(work, error) ? g_steal_pointer(&revoked) : NULL;
}
