/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer of the assignment benchmark: what one would write first. One thread, one SQLite transaction for
 * each assignment on the same tables, synchronous=FULL, prepared statements; no grant is signed and no use
 * case stands around it. Prints one line of JSON.
 */
#include <glib.h>
#include <glib/gprintf.h>
#include <sqlite3.h>

typedef struct {
  sqlite3 *database;
  sqlite3_stmt *begin, *find, *claim, *session, *audit, *outbox, *key, *commit;
} Peer;

static void
require(Peer *peer, gboolean good)
{
  if (!good)
    g_error("%s", sqlite3_errmsg(peer->database));
}

static sqlite3_stmt *
prepare(Peer *peer, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  require(peer, sqlite3_prepare_v2(peer->database, sql, -1, &statement, NULL) == SQLITE_OK);
  return statement;
}

static void
open_peer(Peer *peer, const char *path)
{
  require(peer, sqlite3_open(path, &peer->database) == SQLITE_OK);
  require(peer, sqlite3_exec(peer->database,
                             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", NULL,
                             NULL, NULL) == SQLITE_OK);
  peer->begin = prepare(peer, "BEGIN IMMEDIATE");
  peer->find = prepare(peer, "SELECT id, name, host FROM desktop WHERE pool_id = ? AND assignment = 'spare'"
                             " AND power = 'up' AND guest_ready = 1 ORDER BY shape, created_us LIMIT 1");
  peer->claim =
      prepare(peer, "UPDATE desktop SET assignment = 'assigned', owner_id = ?2, counter = counter + 1"
                    " WHERE id = ?1");
  peer->session = prepare(
      peer,
      "INSERT INTO session (id, pool_id, pool_name, account_id, account_name, desktop_id, desktop_name,"
      " host, state, created_us, ended_us, viewer, device) VALUES (?, ?2, ?2, ?3, ?3, ?4, ?5, ?6, 'ready',"
      " ?7, 0, '', '')");
  peer->audit = prepare(peer, "INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail,"
                              " address) VALUES (?, ?, 'session.assign', ?, 1, '', '', '198.51.100.7')");
  peer->outbox = prepare(peer, "INSERT INTO outbox (host, desktop_id, kind, text) VALUES (?1, ?2, 'epoch',"
                               " '{\"type\":\"command\",\"kind\":\"epoch\",\"desktop\":\"' || ?2 || '\"}')");
  peer->key = prepare(peer, "INSERT INTO idempotency_key (account_id, key, pool_id, session_id, created_us)"
                            " VALUES (?1, ?2, ?3, ?2, ?4)");
  peer->commit = prepare(peer, "COMMIT");
}

static void
bind(sqlite3_stmt *statement, int at, const char *text)
{
  sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

static void
run(Peer *peer, sqlite3_stmt *statement)
{
  require(peer, sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_reset(statement);
}

static void
claim(Peer *peer, const char *pool, const char *user, char **ret_id, char **ret_name, char **ret_host)
{
  bind(peer->find, 1, pool);
  require(peer, sqlite3_step(peer->find) == SQLITE_ROW);
  *ret_id = g_strdup((const char *)sqlite3_column_text(peer->find, 0));
  *ret_name = g_strdup((const char *)sqlite3_column_text(peer->find, 1));
  *ret_host = g_strdup((const char *)sqlite3_column_text(peer->find, 2));
  sqlite3_reset(peer->find);
  bind(peer->claim, 1, *ret_id);
  bind(peer->claim, 2, user);
  run(peer, peer->claim);
}

static void
add_session(Peer *peer, const char *const values[6], gint64 now_us)
{
  for (int at = 0; at < 6; at++)
    bind(peer->session, at + 1, values[at]);
  sqlite3_bind_int64(peer->session, 7, now_us);
  run(peer, peer->session);
}

static void
assign_one(Peer *peer, const char *pool, const char *user)
{
  g_autofree char *desktop = NULL, *name = NULL, *host = NULL, *id = g_uuid_string_random();
  gint64 now_us = g_get_real_time();
  run(peer, peer->begin);
  claim(peer, pool, user, &desktop, &name, &host);
  add_session(peer, (const char *const[]){id, pool, user, desktop, name, host}, now_us);
  sqlite3_bind_int64(peer->audit, 1, now_us);
  bind(peer->audit, 2, user);
  bind(peer->audit, 3, name);
  run(peer, peer->audit);
  bind(peer->outbox, 1, host);
  bind(peer->outbox, 2, desktop);
  run(peer, peer->outbox);
  bind(peer->key, 1, user);
  bind(peer->key, 2, id);
  bind(peer->key, 3, pool);
  sqlite3_bind_int64(peer->key, 4, now_us);
  run(peer, peer->key);
  run(peer, peer->commit);
}

static void
close_peer(Peer *peer)
{
  sqlite3_stmt *const all[] = {peer->begin, peer->find,   peer->claim, peer->session,
                               peer->audit, peer->outbox, peer->key,   peer->commit};
  for (guint i = 0; i < G_N_ELEMENTS(all); i++)
    sqlite3_finalize(all[i]);
  sqlite3_close(peer->database);
}

int
main(int argc, char **argv)
{
  if (argc != 3) {
    g_printerr("Usage: bench-naive DATABASE ASSIGNMENTS\n");
    return 2;
  }
  Peer peer = {0};
  guint count = (guint)g_ascii_strtoull(argv[2], NULL, 10);
  open_peer(&peer, argv[1]);
  gint64 began_us = g_get_monotonic_time();
  for (guint number = 0; number < count; number++) {
    g_autofree char *user = g_strdup_printf("user-%u", number);
    assign_one(&peer, "pool-0", user);
  }
  double seconds = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
  g_printf("{\"count\": %u, \"seconds\": %.4f, \"per_second\": %.1f}\n", count, seconds, count / seconds);
  close_peer(&peer);
  return 0;
}
