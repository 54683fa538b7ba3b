/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tables a database has, whatever made them: for copies of all of it. Every engine knows it under other
 * names; the statements are in one file for each.
 */
#pragma once

#include "broker/db/db.h"

typedef struct {
  char *name;
  gboolean is_number; /**< else text */
  int key;            /**< its place in the primary key from 1; 0: not in it */
} CatalogColumn;

typedef struct {
  char *name;
  GPtrArray *columns; /**< of CatalogColumn */
  GStrv parents;      /**< tables that its rows refer to */
} CatalogTable;

/** What differs by engine. Each statement gives names in its first column. */
typedef struct {
  const char *tables;
  const char *columns;            /**< of one table: name, type, place in the key */
  const char *parents;            /**< of one table */
  const char *const *set_counter; /**< statements that make a table (?1) count on from a number (?2) */
} CatalogStatements;

extern const CatalogStatements catalog_sqlite_statements;
extern const CatalogStatements catalog_postgres_statements;

/** All tables (CatalogTable, transfer full) but that of the migrations; those that others refer to come
 * first. */
GPtrArray *catalog_read(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The table @name of @tables (transfer none); NULL: there is none. */
const CatalogTable *catalog_find(GPtrArray *tables, const char *name);

/** Makes the rows of @table, whose key counts by itself, count on from @number. */
gboolean catalog_set_counter(DbTransaction *transaction, const char *table, gint64 number,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
