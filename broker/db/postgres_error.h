/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PostgreSQL said no with, as an error of ours. Values of rows, which its details may hold, are left
 * out.
 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

/** Sets @error for the failed @result: CONFLICT for a rule of the schema, NO_SPACE for a full disk, else
 * DATABASE. */
void postgres_error_of_result(const PGresult *result, GError **error);

/** What @handle last complained of, in one line without a full stop (transfer full). */
char *postgres_error_text(const PGconn *handle);

/** Sets @error for the lost connection to @server; @committing: while a commit was on its way. */
void postgres_error_lost(const char *server, const char *text, gboolean committing, GError **error);
