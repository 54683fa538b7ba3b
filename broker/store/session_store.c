/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/session_store.h"

#include "broker/db/text_array.h"
#include "broker/store/row.h"

#define SELECT_SESSION                                                                                       \
  "SELECT s.id, s.pool_id, s.pool_name, s.account_id, s.account_name, s.desktop_id, s.desktop_name, s.host," \
  " s.state, COALESCE(d.step, ''), COALESCE(d.progress, 0), s.created_us, s.connected_from, s.viewer, "      \
  "s.device,"                                                                                                \
  " s.end_code, s.end_detail, s.slot, COALESCE(p.kind, 'floating'), d.power, COALESCE(p.may_restart, 0),"    \
  " COALESCE(p.may_reset, 0), s.away_since_us, s.idle_warned_us, s.age_warned_us, s.left_done, s.notice,"    \
  " COALESCE(d.guest_idle_ms, -1), COALESCE(d.guest_idle_at_us, 0), COALESCE(d.generation, 0),"              \
  " COALESCE(d.counter, 0), COALESCE(p.on_logoff, 'reclone'), COALESCE(p.warning_s, 0),"                     \
  " COALESCE(p.idle_limit_s, 0), COALESCE(p.session_limit_s, 0)"                                             \
  " FROM session s LEFT JOIN desktop d ON d.id = s.desktop_id AND s.state <> 'ended'"                        \
  " LEFT JOIN pool p ON p.id = s.pool_id"

static void
read_life(DbQuery *query, Session *session)
{
  int kind = pool_kind_value(db_text(query, 18)), on_logoff = pool_logoff_value(db_text(query, 31));
  session->slot = (guint)db_int(query, 17);
  session->kind = kind < 0 ? POOL_MANUAL : (PoolKind)kind;
  session->on_logoff = on_logoff < 0 ? POOL_LOGOFF_KEEP : (PoolLogoff)on_logoff;
  session->power = g_strdup(db_text(query, 19));
  session->may_restart = db_int(query, 20) != 0;
  session->may_reset = db_int(query, 21) != 0;
  session->console_since_us = db_int(query, 22);
  session->idle_warned_us = db_int(query, 23);
  session->age_warned_us = db_int(query, 24);
  session->idle_warning_us = pool_warning_us((guint)db_int(query, 33), (guint)db_int(query, 32));
  session->age_warning_us = pool_warning_us((guint)db_int(query, 34), (guint)db_int(query, 32));
  session->left_done = db_int(query, 25) != 0;
  session->epoch = (Epoch){(guint64)db_int(query, 29), (guint64)db_int(query, 30)};
  session->notice = g_strdup(db_text(query, 26));
  if (db_int(query, 27) >= 0)
    session->idle_since_us = MAX(1, db_int(query, 28) - db_int(query, 27) * 1000);
  if (session->notice != NULL)
    session_add_reason(session, session->notice);
}

static gpointer
read_session(DbQuery *query)
{
  Session *session = g_new0(Session, 1);
  session->id = g_strdup(db_text(query, 0));
  session->pool_id = g_strdup(db_text(query, 1));
  session->pool_name = g_strdup(db_text(query, 2));
  session->user_id = g_strdup(db_text(query, 3));
  session->user_name = g_strdup(db_text(query, 4));
  session->desktop_id = g_strdup(db_text(query, 5));
  session->desktop_name = g_strdup(db_text(query, 6));
  session->host = g_strdup(db_text(query, 7));
  session->state = session_state_from_name(db_text(query, 8));
  session->step = g_strdup(db_text(query, 9));
  session->progress = (guint)db_int(query, 10);
  session->created_us = db_int(query, 11);
  session->connected_from = g_strdup(db_text(query, 12));
  session->viewer = g_strdup(db_text(query, 13));
  session->device = g_strdup(db_text(query, 14));
  session->end_code = g_strdup(db_text(query, 15));
  if (db_text(query, 16) != NULL)
    session_add_reason(session, db_text(query, 16));
  read_life(query, session);
  return session;
}

gboolean
session_store_add(DbTransaction *transaction, const Session *session, GError **error)
{
  return db_run_later(transaction, NULL, error,
                      "INSERT INTO session (id, pool_id, pool_name, account_id, account_name, desktop_id, "
                      "desktop_name,"
                      " host, state, created_us, ended_us, viewer, device, slot, away_since_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
                      "ssssssssslssil", session->id, session->pool_id, session->pool_name, session->user_id,
                      session->user_name, session->desktop_id, session->desktop_name, session->host,
                      session_state_name(session->state), session->created_us, session->viewer,
                      session->device, (int)session->slot, session->console_since_us);
}

Session *
session_store_find(DbTransaction *transaction, const char *id, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_SESSION " WHERE s.id = ?", "s", id), read_session,
                 "such session", error);
}

/* LIMIT makes each a look into indexes of its own: as a join, the planner would read whole tables for them.
 */
static const char many_sql[] =
    "SELECT f.* FROM unnest(CAST(? AS text[])) AS r (session_id)"
    " CROSS JOIN LATERAL (" SELECT_SESSION " WHERE s.id = r.session_id LIMIT 1) AS f";

/* A server answers for all of them in one round trip and one statement. */
static gboolean
find_together(DbTransaction *transaction, GPtrArray *ids, GPtrArray *sessions, GError **error)
{
  g_autoptr(TextArray) texts = text_array_new();
  for (guint i = 0; i < ids->len; i++)
    text_array_add(texts, ids->pdata[i]);
  g_autoptr(GPtrArray) found = row_all(db_query(transaction, error, many_sql, "s", text_array_text(texts)),
                                       read_session, (GDestroyNotify)session_free, error);
  if (found == NULL)
    return FALSE;
  g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < found->len; i++)
    g_hash_table_insert(by_id, ((Session *)found->pdata[i])->id, found->pdata[i]);
  for (guint i = 0; i < ids->len; i++) {
    sessions->pdata[i] = g_hash_table_lookup(by_id, ids->pdata[i]);
    g_hash_table_remove(by_id, ids->pdata[i]); /* a second one of the same id is left out */
  }
  g_ptr_array_set_free_func(found, NULL);
  return TRUE;
}

/* An embedded database has no round trips to save. */
static gboolean
find_each(DbTransaction *transaction, GPtrArray *ids, GPtrArray *sessions, GError **error)
{
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr(DbQuery) query =
        db_query(transaction, error, SELECT_SESSION " WHERE s.id = ?", "s", ids->pdata[i]);
    gboolean row;
    if (query == NULL || !db_next(query, &row, error))
      return FALSE;
    sessions->pdata[i] = row ? read_session(query) : NULL;
  }
  return TRUE;
}

GPtrArray *
session_store_find_many(DbTransaction *transaction, GPtrArray *ids, GError **error)
{
  g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_free);
  g_ptr_array_set_size(sessions, (gint)ids->len);
  gboolean found = db_transaction_engine(transaction) == DB_POSTGRES && ids->len > 0
                       ? find_together(transaction, ids, sessions, error)
                       : find_each(transaction, ids, sessions, error);
  return found ? g_steal_pointer(&sessions) : NULL;
}

GPtrArray *
session_store_live(DbTransaction *transaction, const char *user_id, const char *pool_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_SESSION " WHERE s.account_id = ? AND s.pool_id = ? AND s.state <> 'ended'"
                                         " ORDER BY s.slot",
                          "ss", user_id, pool_id),
                 read_session, (GDestroyNotify)session_free, error);
}

GPtrArray *
session_store_limited(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_SESSION " WHERE s.state <> 'ended' AND (p.idle_limit_s > 0"
                                         " OR p.session_limit_s > 0 OR (p.on_disconnect <> 'keep'"
                                         " AND s.state IN ('ready', 'disconnected') AND s.left_done = 0)"
                                         " OR s.notice IS NOT NULL)",
                          ""),
                 read_session, (GDestroyNotify)session_free, error);
}

static char *
session_key(gpointer value)
{
  const Session *session = value;
  return g_strdup_printf("%" G_GINT64_FORMAT " %s", session->created_us, session->id);
}

GPtrArray *
session_store_list(DbTransaction *transaction, const char *user_id, const Page *page, char **ret_next,
                   GError **error)
{
  gint64 after_us = page->cursor == NULL ? 0 : g_ascii_strtoll(page->cursor, NULL, 10);
  const char *blank = page->cursor == NULL ? NULL : strchr(page->cursor, ' ');
  const char *after_id = blank == NULL ? "" : blank + 1;
  const char *within = row_within(page);
  return row_page(
      row_all(db_query(transaction, error,
                       SELECT_SESSION
                       " WHERE s.state <> 'ended' AND (? IS NULL OR s.account_id = ?)"
                       " AND (s.created_us > ? OR (s.created_us = ? AND s.id > ?)) AND " ROW_WITHIN(
                           "s.pool_id") " ORDER BY s.created_us, s.id LIMIT ?",
                       "ssllssssi", user_id, user_id, after_us, after_us, after_id, within, within, within,
                       row_limit(page)),
              read_session, (GDestroyNotify)session_free, error),
      page, session_key, ret_next);
}

static GPtrArray *
live_sessions(DbTransaction *transaction, const char *sql, const char *value, GError **error)
{
  return row_all(db_query(transaction, error, sql, "s", value), read_session, (GDestroyNotify)session_free,
                 error);
}

GPtrArray *
session_store_of_user(DbTransaction *transaction, const char *user_id, GError **error)
{
  return live_sessions(transaction, SELECT_SESSION " WHERE s.state <> 'ended' AND s.account_id = ?", user_id,
                       error);
}

GPtrArray *
session_store_of_pool(DbTransaction *transaction, const char *pool_id, GError **error)
{
  return live_sessions(transaction, SELECT_SESSION " WHERE s.state <> 'ended' AND s.pool_id = ?", pool_id,
                       error);
}

GPtrArray *
session_store_of_host(DbTransaction *transaction, const char *host, GError **error)
{
  return live_sessions(transaction,
                       SELECT_SESSION " WHERE s.state <> 'ended'"
                                      " AND s.desktop_id IN (SELECT o.id FROM desktop o WHERE o.host = ?)",
                       host, error);
}

gboolean
session_store_update(DbTransaction *transaction, const Session *session, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE session SET state = ?, connected_from = ?, viewer = ?, device = ?,"
                            " away_since_us = ?, idle_warned_us = ?, age_warned_us = ?, left_done = ?,"
                            " notice = ? WHERE id = ? AND state <> 'ended'",
                            "ssssllliss", session_state_name(session->state), session->connected_from,
                            session->viewer, session->device, session->console_since_us,
                            session->idle_warned_us, session->age_warned_us, session->left_done,
                            session->notice, session->id),
                     "such live session", error);
}

gboolean
session_store_end(DbTransaction *transaction, const char *id, const char *end_code, const char *end_detail,
                  gint64 now_us, GError **error)
{
  return db_run(transaction, error,
                "UPDATE session SET state = 'ended', end_code = ?, end_detail = ?, ended_us = ?,"
                " connected_from = NULL, notice = NULL"
                " WHERE id = ? AND state <> 'ended'",
                "ssls", end_code, end_detail, now_us, id) >= 0;
}

gboolean
session_store_remove_ended(DbTransaction *transaction, gint64 before_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM session WHERE state = 'ended' AND ended_us < ?", "l",
                before_us) >= 0;
}
