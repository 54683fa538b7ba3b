/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PostgreSQL server of a database: its address, how its connections are made, how soon one that failed is
 * tried again, and its clock. Shared by all connections of a Db; every function may be called from any
 * thread.
 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

/** How long the server may take over one answer before its connection is given up. */
#define POSTGRES_ANSWER_LIMIT_MS 8000

/** The same for a reader, which waits for nobody's lock: every request reads first, and its client waits. */
#define POSTGRES_READ_LIMIT_MS 3000

typedef struct PostgresServer PostgresServer;

/** Whether @address names a server: postgresql://… or postgres://… */
gboolean postgres_server_is_address(const char *address);

/** The server at the URL @address. CARAWAY_ERROR_CONFIG when it cannot be read; the URL is not in the
 * message, because it may hold a password. */
PostgresServer *postgres_server_new(const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The server for people: host, port and name of the database (transfer none). */
const char *postgres_server_name(PostgresServer *server);

/** Connects (transfer full, PQfinish()). Shortly after a failure it fails at once. */
PGconn *postgres_server_connect(PostgresServer *server, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Waits for a result of @handle, sending what is still to be sent. FALSE: @until_us (of
 * g_get_monotonic_time(); 0: no limit) has passed. */
gboolean postgres_server_await(PGconn *handle, gint64 until_us);

/** The server's clock shows @now_us, in microseconds since 1970. */
void postgres_server_set_now(PostgresServer *server, gint64 now_us);

/** What its clock shows now; -1: not known yet. */
gint64 postgres_server_now(PostgresServer *server);

/** Frees @server (nullable). */
void postgres_server_free(PostgresServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PostgresServer, postgres_server_free)
