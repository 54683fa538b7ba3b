/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/grant_store.h"

#include "broker/db/text_array.h"
#include "broker/store/audit_store.h"

#define COLUMNS                                                                                              \
  "s.pool_id, s.pool_name, s.account_id, s.account_name, s.desktop_id, s.desktop_name, s.host,"              \
  " d.generation, d.counter, h.relay_address, h.relay_port, p.channels"

#define PLACES                                                                                               \
  " JOIN desktop d ON d.id = s.desktop_id JOIN host h ON h.name = s.host AND h.state = 'up'"                 \
  " JOIN pool p ON p.id = s.pool_id"

static const char one_sql[] = "SELECT " COLUMNS " FROM session s" PLACES
                              " WHERE s.id = ? AND s.account_id = ? AND s.device = ? AND s.state = 'ready'"
                              " AND (p.second_factor = 'none' OR ? = 1)";

/* All of them in one message to the server and back; LIMIT makes each a look into indexes of its own. */
static const char all_sql[] =
    "WITH found AS (SELECT f.*, r.actor, r.session_id, r.address, r.number"
    "  FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS "
    "text[]), CAST(? AS text[]))"
    "  WITH ORDINALITY AS r (session_id, user_id, device, actor, address, proven, number)"
    "  CROSS JOIN LATERAL (SELECT " COLUMNS " FROM session s" PLACES
    "   WHERE s.id = r.session_id AND s.account_id = r.user_id AND s.device = r.device AND s.state = 'ready'"
    "   AND (p.second_factor = 'none' OR r.proven = 'yes')"
    "   LIMIT 1) f),"
    " entries AS (INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address, "
    "broker)"
    "  SELECT ?, actor, 'console.grant', 'session/' || session_id, 1, '', 'native', address, ? FROM found"
    "  ORDER BY number)"
    " SELECT * FROM found";

#define NUMBER 15 /* its column in all_sql */

static Session *
read_session(DbQuery *query, const GrantRequest *request)
{
  Session *session = g_new0(Session, 1);
  session->id = g_strdup(request->session_id);
  session->pool_id = g_strdup(db_text(query, 0));
  session->pool_name = g_strdup(db_text(query, 1));
  session->user_id = g_strdup(db_text(query, 2));
  session->user_name = g_strdup(db_text(query, 3));
  session->desktop_id = g_strdup(db_text(query, 4));
  session->desktop_name = g_strdup(db_text(query, 5));
  session->host = g_strdup(db_text(query, 6));
  session->state = SESSION_READY;
  session->step = g_strdup("");
  session->viewer = g_strdup("");
  session->device = g_strdup(request->device);
  return session;
}

static GrantRow *
read_row(DbQuery *query, const GrantRequest *request)
{
  GrantRow *row = g_new0(GrantRow, 1);
  row->session = read_session(query, request);
  row->epoch = (Epoch){(guint64)db_int(query, 7), (guint64)db_int(query, 8)};
  row->relay_address = g_strdup(db_text(query, 9));
  row->relay_port = (guint16)db_int(query, 10);
  row->channels = g_strsplit(db_text(query, 11), " ", -1);
  return row;
}

static gboolean
find_one(DbTransaction *transaction, GrantRequest *request, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, one_sql, "sssi", request->session_id,
                                      request->user_id, request->device, request->proven ? 1 : 0);
  gboolean has_row;
  if (query == NULL || !db_next(query, &has_row, error))
    return FALSE;
  request->row = has_row ? read_row(query, request) : NULL;
  return TRUE;
}

static gboolean
enter_one(DbTransaction *transaction, GrantRequest *request, gint64 now_us, GError **error)
{
  if (!find_one(transaction, request, error))
    return FALSE;
  if (request->row == NULL)
    return TRUE;
  g_autofree char *object = g_strconcat("session/", request->session_id, NULL);
  const AuditEntry entry = {.time_us = now_us,
                            .actor = (char *)request->user_name,
                            .action = (char *)"console.grant",
                            .object = object,
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = (char *)"native",
                            .address = (char *)request->address};
  return audit_store_add(transaction, &entry, error);
}

static DbQuery *
query_all(DbTransaction *transaction, const GrantRequest *requests, guint count, gint64 now_us,
          GError **error)
{
  g_autoptr(TextArray) sessions = text_array_new();
  g_autoptr(TextArray) users = text_array_new();
  g_autoptr(TextArray) devices = text_array_new();
  g_autoptr(TextArray) names = text_array_new();
  g_autoptr(TextArray) addresses = text_array_new();
  g_autoptr(TextArray) proven = text_array_new();
  for (guint i = 0; i < count; i++) {
    text_array_add(sessions, requests[i].session_id);
    text_array_add(users, requests[i].user_id);
    text_array_add(devices, requests[i].device);
    text_array_add(names, requests[i].user_name);
    text_array_add(addresses, requests[i].address);
    text_array_add(proven, requests[i].proven ? "yes" : "no");
  }
  return db_query(transaction, error, all_sql, "ssssssls", text_array_text(sessions), text_array_text(users),
                  text_array_text(devices), text_array_text(names), text_array_text(addresses),
                  text_array_text(proven), now_us, db_transaction_writer(transaction));
}

static gboolean
enter_all(DbTransaction *transaction, GrantRequest *requests, guint count, gint64 now_us, GError **error)
{
  g_autoptr(DbQuery) query = query_all(transaction, requests, count, now_us, error);
  gboolean has_row = query != NULL;
  while (has_row && db_next(query, &has_row, error)) {
    if (!has_row)
      return TRUE;
    GrantRequest *request = &requests[db_int(query, NUMBER) - 1];
    request->row = read_row(query, request);
  }
  return FALSE;
}

gboolean
grant_store_enter(DbTransaction *transaction, GrantRequest *requests, guint count, gint64 now_us,
                  GError **error)
{
  if (db_transaction_engine(transaction) == DB_POSTGRES)
    return enter_all(transaction, requests, count, now_us, error);
  for (guint i = 0; i < count; i++)
    if (!enter_one(transaction, &requests[i], now_us, error))
      return FALSE;
  return TRUE;
}

void
grant_row_free(GrantRow *row)
{
  if (row == NULL)
    return;
  session_free(row->session);
  g_free(row->relay_address);
  g_strfreev(row->channels);
  g_free(row);
}
