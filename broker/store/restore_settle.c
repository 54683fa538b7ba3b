/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/restore_settle.h"

#include "broker/store/audit_store.h"
#include "broker/store/catalog.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"

#define GENERATION_UNIT_US (10 * G_TIME_SPAN_SECOND)
#define COMMANDS_SHIFT     20

typedef struct {
  const char *table; /* a schema of an older version may not have it */
  const char *sql;
} Change;

/* A token that was used up or revoked, or a password or nonce that was spent since must not count again: the
 * first broker makes another key for nonces. */
static const Change CHANGES[] = {
    {"sign_in", "DELETE FROM sign_in"},
    {"access_token", "DELETE FROM access_token"},
    {"device_token", "DELETE FROM device_token"},
    {"console_password", "DELETE FROM console_password"},
    {"join_token", "DELETE FROM join_token"},
    {"recovery_code", "DELETE FROM recovery_code"},
    {"setting", "DELETE FROM setting WHERE name = 'device-nonce-key'"},
    {"outbox", "DELETE FROM outbox"},
    {"broker", "DELETE FROM broker"},
    {"lease", "DELETE FROM lease"},
    {"desktop", "DELETE FROM desktop WHERE owner_id IS NULL"
                " AND pool_id IN (SELECT id FROM pool WHERE kind <> 'manual')"},
    {"session", "UPDATE session SET state = 'ended', end_code = 'session-ended', ended_us = created_us,"
                " end_detail = 'The broker was restored from a backup; connect again.', connected_from = NULL"
                " WHERE state <> 'ended' AND desktop_id NOT IN (SELECT id FROM desktop)"},
    {"session", "UPDATE session SET state = 'disconnected', connected_from = NULL WHERE state = 'connected'"},
    {"host", "UPDATE host SET link_broker = NULL"},
};

static gboolean
apply(DbTransaction *transaction, GPtrArray *tables, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS(CHANGES); i++)
    if (catalog_find(tables, CHANGES[i].table) != NULL && db_run(transaction, error, CHANGES[i].sql, "") < 0)
      return FALSE;
  return TRUE;
}

static gint64
read_generation(DbTransaction *transaction)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = setting_store_get(transaction, "generation", &error);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 1;
}

/* Higher than in the backup, and than after an earlier restoring of the same file: both may be known to
 * hosts. Commands are numbered on from there, because a host answers a number that it knows as before. */
static gboolean
raise_epochs(DbTransaction *transaction, GError **error)
{
  gint64 by_time = db_now_us(transaction) / GENERATION_UNIT_US;
  gint64 generation = MAX(read_generation(transaction) + 1, by_time);
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, generation);
  return setting_store_set(transaction, "generation", text, error) &&
         db_run(transaction, error, "UPDATE desktop SET generation = ?", "l", generation) >= 0 &&
         catalog_set_counter(transaction, "outbox", generation << COMMANDS_SHIFT, error);
}

/* Where a counter stands is not in the rows of every engine. */
static gboolean
count_on(DbTransaction *transaction, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, "SELECT COALESCE(MAX(id), 0) + 1 FROM audit", "");
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  gint64 next = db_int(query, 0);
  g_clear_pointer(&query, db_query_free);
  return catalog_set_counter(transaction, "audit", next, error);
}

static gboolean
add_audit(DbTransaction *transaction, const BackupSummary *summary, GError **error)
{
  g_autoptr(GDateTime) made = g_date_time_new_from_unix_utc(summary->made_us / G_TIME_SPAN_SECOND);
  g_autofree char *when = g_date_time_format_iso8601(made);
  g_autofree char *detail = g_strdup_printf("From the backup of %s with schema %d; all sign-ins were ended.",
                                            when, summary->schema);
  const AuditEntry entry = {.time_us = db_now_us(transaction),
                            .actor = (char *)"command line",
                            .action = (char *)"database.restore",
                            .object = (char *)"database/all",
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = detail,
                            .address = (char *)""};
  return audit_store_add(transaction, &entry, error);
}

gboolean
restore_settle(DbTransaction *transaction, const BackupSummary *summary, GError **error)
{
  g_autoptr(GPtrArray) tables = catalog_read(transaction, error);
  return tables != NULL && apply(transaction, tables, error) && raise_epochs(transaction, error) &&
         count_on(transaction, error) && add_audit(transaction, summary, error);
}
