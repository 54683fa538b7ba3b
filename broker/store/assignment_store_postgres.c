/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/assignment_store_postgres.h"

#include "broker/db/text_array.h"
#include "broker/store/outbox_store.h"
#include "broker/store/row.h"

/* Each question is a value of its own, so that each is one look into an index: as a join, the planner would
 * read whole tables for them. */
static const char judge_sql[] =
    "SELECT r.number FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]))"
    " WITH ORDINALITY AS r (account_id, pool_id, key, number)"
    " WHERE (SELECT 1 FROM account a WHERE a.id = r.account_id AND a.disabled = 0) IS NOT NULL"
    " AND (SELECT 1 FROM entitlement e WHERE e.pool_id = r.pool_id AND (e.account_id = r.account_id"
    "  OR e.group_id IN (SELECT m.group_id FROM membership m WHERE m.account_id = r.account_id)) LIMIT 1)"
    "  IS NOT NULL"
    " AND (SELECT 1 FROM session s WHERE s.account_id = r.account_id AND s.pool_id = r.pool_id"
    "  AND s.state <> 'ended' LIMIT 1) IS NULL"
    " AND (SELECT 1 FROM desktop d WHERE d.owner_id = r.account_id AND d.pool_id = r.pool_id LIMIT 1) IS NULL"
    " AND (SELECT 1 FROM idempotency_key k WHERE k.account_id = r.account_id AND k.key = r.key) IS NULL";

/* Only what was claimed is entered. Foreign keys among the rows are looked at when all are there. */
static const char enter_sql[] =
    "WITH r AS (SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS "
    "text[]),"
    "  CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]),"
    "  CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS integer[]), CAST(? AS bigint[]),"
    "  CAST(? AS integer[]))"
    "  WITH ORDINALITY AS r (desktop_id, desktop_name, host, command, session_id, pool_id, pool_name,"
    "  account_id, account_name, device, address, key, slot, away_since_us, opens, number)),"
    " claimed AS (UPDATE desktop d SET assignment = 'assigned', owner_id = r.account_id, slot = r.slot,"
    "  counter = d.counter + 1"
    "  FROM (SELECT DISTINCT ON (desktop_id) * FROM r ORDER BY desktop_id, number) r WHERE d.id = "
    "r.desktop_id AND d.owner_id IS NULL"
    "  AND d.assignment IN ('none', 'spare') RETURNING d.id, r.number),"
    " won AS (SELECT r.* FROM r JOIN claimed c ON c.number = r.number),"
    " sessions AS (INSERT INTO session (id, pool_id, pool_name, account_id, account_name, desktop_id,"
    "  desktop_name, host, state, created_us, ended_us, viewer, device, slot, away_since_us)"
    "  SELECT session_id, pool_id, pool_name, account_id, account_name, desktop_id, desktop_name, host, ?, ?,"
    "  0, '', device, slot, away_since_us FROM won),"
    " keys AS (INSERT INTO idempotency_key (account_id, key, pool_id, session_id, created_us)"
    "  SELECT account_id, key, pool_id, session_id, ? FROM won WHERE key IS NOT NULL),"
    " entries AS (INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address, "
    "broker)"
    "  SELECT ?, account_name, e.action, e.object, 1, '', e.detail, address, ? FROM won CROSS JOIN LATERAL"
    "  (VALUES (0, 'session.assign', 'desktop/' || desktop_name, ''),"
    "   (1, 'console.grant', 'session/' || session_id, 'native')) AS e (place, action, object, detail)"
    "  WHERE e.place <= opens ORDER BY number, e.place),"
    " commands AS (INSERT INTO outbox (host, desktop_id, kind, text)"
    "  SELECT host, desktop_id, 'epoch', command FROM won ORDER BY number)"
    " SELECT number FROM won";

/* Reads numbers of rows from 1 on, and has @mark called with each of these rows. */
static gboolean
mark_rows(DbQuery *query, AssignmentRow *rows, void (*mark)(AssignmentRow *row), GError **error)
{
  g_autoptr(DbQuery) numbers = query;
  gboolean has_row = numbers != NULL;
  while (has_row && db_next(numbers, &has_row, error)) {
    if (!has_row)
      return TRUE;
    mark(&rows[db_int(numbers, 0) - 1]);
  }
  return FALSE;
}

static void
mark_plain(AssignmentRow *row)
{
  row->is_plain = TRUE;
}

static void
mark_entered(AssignmentRow *row)
{
  row->is_entered = TRUE;
}

gboolean
assignment_store_postgres_judge(DbTransaction *transaction, AssignmentRow *rows, guint count, GError **error)
{
  g_autoptr(TextArray) accounts = text_array_new();
  g_autoptr(TextArray) pools = text_array_new();
  g_autoptr(TextArray) keys = text_array_new();
  for (guint i = 0; i < count; i++) {
    rows[i].is_plain = FALSE;
    text_array_add(accounts, rows[i].user_id);
    text_array_add(pools, rows[i].pool_id);
    text_array_add(keys, rows[i].key);
  }
  return mark_rows(db_query(transaction, error, judge_sql, "sss", text_array_text(accounts),
                            text_array_text(pools), text_array_text(keys)),
                   rows, mark_plain, error);
}

enum { TEXTS = 12 };

/* One array for each column of r. */
typedef struct {
  TextArray *texts[TEXTS];
  TextArray *slots;
  TextArray *away;
  TextArray *opens;
} Columns;

static void
columns_init(Columns *columns)
{
  for (guint i = 0; i < TEXTS; i++)
    columns->texts[i] = text_array_new();
  columns->slots = text_array_new();
  columns->away = text_array_new();
  columns->opens = text_array_new();
}

static void
columns_clear(Columns *columns)
{
  for (guint i = 0; i < TEXTS; i++)
    text_array_free(columns->texts[i]);
  text_array_free(columns->slots);
  text_array_free(columns->away);
  text_array_free(columns->opens);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Columns, columns_clear)

static void
add_row(Columns *columns, const AssignmentRow *row)
{
  const Session *session = row->session;
  const Desktop *desktop = row->desktop;
  const HostCommand command = {.kind = HOST_COMMAND_EPOCH,
                               .desktop = desktop->id,
                               .epoch = {desktop->epoch.generation, desktop->epoch.counter + 1}};
  g_autofree char *text = outbox_store_text(&command);
  const char *const values[TEXTS] = {
      desktop->id,        desktop->name,    desktop->host,      text,
      session->id,        session->pool_id, session->pool_name, session->user_id,
      session->user_name, session->device,  row->address,       row->key};
  for (guint i = 0; i < TEXTS; i++)
    text_array_add(columns->texts[i], values[i]);
  text_array_add_int(columns->slots, session->slot);
  text_array_add_int(columns->away, session->console_since_us);
  text_array_add_int(columns->opens, row->opens);
}

static DbQuery *
run_enter(DbTransaction *transaction, Columns *columns, const char *state, gint64 now_us, GError **error)
{
  const char *texts[TEXTS];
  for (guint i = 0; i < TEXTS; i++)
    texts[i] = text_array_text(columns->texts[i]);
  return db_query(transaction, error, enter_sql,
                  "sssssssssssssss"
                  "s"
                  "llls",
                  texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8],
                  texts[9], texts[10], texts[11], text_array_text(columns->slots),
                  text_array_text(columns->away), text_array_text(columns->opens), state, now_us, now_us,
                  now_us, db_transaction_writer(transaction));
}

gboolean
assignment_store_postgres_enter(DbTransaction *transaction, AssignmentRow *rows, guint count, gint64 now_us,
                                GError **error)
{
  g_auto(Columns) columns = {{NULL}, NULL, NULL, NULL};
  columns_init(&columns);
  g_autofree AssignmentRow *with_desktop = g_new0(AssignmentRow, count + 1);
  g_autofree guint *places = g_new0(guint, count + 1);
  guint wanted = 0;
  for (guint i = 0; i < count; i++) {
    if (rows[i].desktop == NULL)
      continue;
    add_row(&columns, &rows[i]);
    places[wanted++] = i;
  }
  if (wanted == 0)
    return TRUE;
  const char *state = session_state_name(rows[places[0]].session->state);
  if (!mark_rows(run_enter(transaction, &columns, state, now_us, error), with_desktop, mark_entered, error))
    return FALSE;
  for (guint i = 0; i < wanted; i++)
    rows[places[i]].is_entered = with_desktop[i].is_entered;
  return TRUE;
}
