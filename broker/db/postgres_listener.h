/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears the notices of a PostgreSQL database on a connection of its own and puts them up on a board. It
 * connects again by itself, says then that anything may have been missed, and finds out that a database that
 * was away is back.
 */
#pragma once

#include "broker/db/notice_board.h"
#include "broker/db/postgres_server.h"

typedef struct PostgresListener PostgresListener;

/** Listens to @server for @board (both borrowed) with a thread of its own. @is_away (borrowed, atomic) is set
 * to 0 when the server answers. */
PostgresListener *postgres_listener_new(PostgresServer *server, NoticeBoard *board, gint *is_away,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the thread and frees @listener (nullable). */
void postgres_listener_free(PostgresListener *listener);
