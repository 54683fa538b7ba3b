/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the rows of a query to values: what every store needs once. Owns no statement.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/page.h"

/** Makes a value (transfer full) of the current row of @query. */
typedef gpointer (*RowReader)(DbQuery *query);

/** All rows of @query (nullable after a failure; transfer full) as values that @free_value frees (transfer
 * full). */
GPtrArray *row_all(DbQuery *query, RowReader read, GDestroyNotify free_value, GError **error);

/** The first row of @query (as above). No row fails with CARAWAY_ERROR_NOT_FOUND, "There is no WHAT." */
gpointer row_one(DbQuery *query, RowReader read, const char *what, GError **error);

/** The number in the first column of the first row of @query (as above), 0 without a row. */
gboolean row_number(DbQuery *query, gint64 *ret_number, GError **error);

/** A copy of the text in the first column (a RowReader). */
gpointer row_text(DbQuery *query);

/** The first column of all rows of @query as texts (transfer full); NULL after a failure. */
GStrv row_texts(DbQuery *query, GError **error);

/** The condition that the list of the page is about what is in @column; takes row_within() three times. */
#define ROW_WITHIN(column) "(? = '' OR REPLACE(?, ' ' || " column " || ' ', '') <> ?)"

/** What ROW_WITHIN() is asked with: never NULL, "" for all. */
const char *row_within(const Page *page);

/** How many rows to ask for: one more than the page holds, to know whether there is a next. */
int row_limit(const Page *page);

/**
 * Cuts @rows to the page: when there was one row more, it is dropped and @ret_next (nullable) is set to @key
 * of the last one that stays, else to NULL. Returns @rows; NULL stays NULL.
 */
GPtrArray *row_page(GPtrArray *rows, const Page *page, char *(*key)(gpointer value), char **ret_next);

/** TRUE when a statement that must change exactly one row did (@changed of db_run()); no row is NOT_FOUND of
 * @what. */
gboolean row_changed(gint64 changed, const char *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
