/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/grant_store.h"

#include "broker/store/row.h"

static const char find_sql[] =
    "SELECT s.pool_id, s.pool_name, s.account_id, s.account_name, s.desktop_id, s.desktop_name, s.host,"
    " d.generation, d.counter, h.relay_address, h.relay_port, p.channels FROM session s"
    " JOIN desktop d ON d.id = s.desktop_id JOIN host h ON h.name = s.host AND h.state = 'up'"
    " JOIN pool p ON p.id = s.pool_id"
    " WHERE s.id = ? AND s.account_id = ? AND s.device = ? AND s.state = 'ready'";

static Session *
read_session(DbQuery *query, const char *id, const char *device)
{
  Session *session = g_new0(Session, 1);
  session->id = g_strdup(id);
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
  session->device = g_strdup(device);
  return session;
}

gboolean
grant_store_find(DbTransaction *transaction, const char *session_id, const char *user_id, const char *device,
                 GrantRow **ret_row, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, find_sql, "sss", session_id, user_id, device);
  gboolean has_row;
  if (query == NULL || !db_next(query, &has_row, error))
    return FALSE;
  *ret_row = NULL;
  if (!has_row)
    return TRUE;
  GrantRow *row = g_new0(GrantRow, 1);
  row->session = read_session(query, session_id, device);
  row->epoch = (Epoch){(guint64)db_int(query, 7), (guint64)db_int(query, 8)};
  row->relay_address = g_strdup(db_text(query, 9));
  row->relay_port = (guint16)db_int(query, 10);
  row->channels = g_strsplit(db_text(query, 11), " ", -1);
  *ret_row = row;
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
