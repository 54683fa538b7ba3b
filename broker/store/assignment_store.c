/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/assignment_store.h"

#include "broker/store/assignment_store_postgres.h"
#include "broker/store/audit_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/idempotency_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/row.h"
#include "broker/store/session_store.h"

static const char judge_sql[] =
    "SELECT COUNT(*) FROM account a WHERE a.id = ? AND a.disabled = 0"
    " AND EXISTS (SELECT 1 FROM entitlement e WHERE e.pool_id = ? AND (e.account_id = a.id"
    "  OR e.group_id IN (SELECT m.group_id FROM membership m WHERE m.account_id = a.id)))"
    " AND NOT EXISTS (SELECT 1 FROM session s WHERE s.account_id = a.id AND s.pool_id = ?"
    "  AND s.state <> 'ended')"
    " AND NOT EXISTS (SELECT 1 FROM desktop d WHERE d.owner_id = a.id AND d.pool_id = ?)"
    " AND NOT EXISTS (SELECT 1 FROM idempotency_key k WHERE k.account_id = a.id AND k.key = ?)";

static const char spares_sql[] =
    "SELECT d.id, d.name, d.pool_id, d.host, d.generation, d.counter, d.step, d.progress, d.created_us,"
    " h.relay_address, h.relay_port FROM desktop d JOIN host h ON h.name = d.host AND h.state = 'up'"
    " WHERE d.pool_id = ? AND d.assignment = 'spare' AND d.power = 'up' AND d.guest_ready = 1"
    " AND d.shape = ? ORDER BY d.created_us, d.id LIMIT ?";

gboolean
assignment_store_judge(DbTransaction *transaction, AssignmentRow *rows, guint count, GError **error)
{
  if (db_transaction_engine(transaction) == DB_POSTGRES)
    return assignment_store_postgres_judge(transaction, rows, count, error);
  for (guint i = 0; i < count; i++) {
    gint64 plain;
    if (!row_number(db_query(transaction, error, judge_sql, "sssss", rows[i].user_id, rows[i].pool_id,
                             rows[i].pool_id, rows[i].pool_id, rows[i].key != NULL ? rows[i].key : ""),
                    &plain, error))
      return FALSE;
    rows[i].is_plain = plain == 1;
  }
  return TRUE;
}

static Desktop *
read_desktop(DbQuery *query)
{
  Desktop *desktop = g_new0(Desktop, 1);
  desktop->id = g_strdup(db_text(query, 0));
  desktop->name = g_strdup(db_text(query, 1));
  desktop->pool_id = g_strdup(db_text(query, 2));
  desktop->host = g_strdup(db_text(query, 3));
  desktop->epoch = (Epoch){(guint64)db_int(query, 4), (guint64)db_int(query, 5)};
  desktop->step = g_strdup(db_text(query, 6));
  desktop->progress = (guint)db_int(query, 7);
  desktop->created_us = db_int(query, 8);
  desktop->assignment = ASSIGNMENT_SPARE;
  desktop->power = POWER_UP;
  desktop->guest.ready = TRUE;
  return desktop;
}

static gpointer
read_spare(DbQuery *query)
{
  AssignmentSpare *spare = g_new0(AssignmentSpare, 1);
  spare->desktop = read_desktop(query);
  spare->relay_address = g_strdup(db_text(query, 9));
  spare->relay_port = (guint16)db_int(query, 10);
  return spare;
}

static void
spare_free(gpointer value)
{
  AssignmentSpare *spare = value;
  desktop_free(spare->desktop);
  g_free(spare->relay_address);
  g_free(spare);
}

GPtrArray *
assignment_store_spares(DbTransaction *transaction, const char *pool_id, const char *shape, guint limit,
                        GError **error)
{
  GPtrArray *spares = row_all(db_query(transaction, error, spares_sql, "ssi", pool_id, shape, (int)limit),
                              read_spare, spare_free, error);
  for (guint i = 0; spares != NULL && i < spares->len; i++)
    ((AssignmentSpare *)g_ptr_array_index(spares, i))->desktop->shape = g_strdup(shape);
  return spares;
}

static gboolean
add_entry(DbTransaction *transaction, const AssignmentRow *row, const char *action, const char *object,
          const char *detail, gint64 now_us, GError **error)
{
  const AuditEntry entry = {.time_us = now_us,
                            .actor = row->session->user_name,
                            .action = (char *)action,
                            .object = (char *)object,
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = (char *)detail,
                            .address = (char *)row->address};
  return audit_store_add(transaction, &entry, error);
}

static gboolean
add_audit(DbTransaction *transaction, const AssignmentRow *row, gint64 now_us, GError **error)
{
  g_autofree char *desktop = g_strconcat("desktop/", row->desktop->name, NULL);
  g_autofree char *session = g_strconcat("session/", row->session->id, NULL);
  return add_entry(transaction, row, "session.assign", desktop, "", now_us, error) &&
         (!row->opens || add_entry(transaction, row, "console.grant", session, "native", now_us, error));
}

static gboolean
add_command(DbTransaction *transaction, const Desktop *desktop, GError **error)
{
  const HostCommand command = {.kind = HOST_COMMAND_EPOCH,
                               .desktop = desktop->id,
                               .epoch = {desktop->epoch.generation, desktop->epoch.counter + 1}};
  return outbox_store_add(transaction, desktop->host, &command, error);
}

static gboolean
enter(DbTransaction *transaction, AssignmentRow *row, gint64 now_us, GError **error)
{
  if (!desktop_store_claim(transaction, row->desktop->id, row->user_id, row->session->slot, &row->is_entered,
                           error))
    return FALSE;
  return !row->is_entered ||
         (session_store_add(transaction, row->session, error) &&
          (row->key == NULL || idempotency_store_add(transaction, row->user_id, row->key, row->pool_id,
                                                     row->session->id, now_us, error)) &&
          add_audit(transaction, row, now_us, error) && add_command(transaction, row->desktop, error));
}

gboolean
assignment_store_enter(DbTransaction *transaction, AssignmentRow *rows, guint count, gint64 now_us,
                       GError **error)
{
  if (db_transaction_engine(transaction) == DB_POSTGRES)
    return assignment_store_postgres_enter(transaction, rows, count, now_us, error);
  for (guint i = 0; i < count; i++)
    if (rows[i].desktop != NULL && !enter(transaction, &rows[i], now_us, error))
      return FALSE;
  return TRUE;
}
