/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An empty database of its own for one test: an SQLite file in a folder, or a database of the PostgreSQL
 * cluster that ctest starts (see caraway_postgres() in cmake/CarawayTargets.cmake), which sorts text in a way
 * that must not matter.
 */
#pragma once

#include "broker/db/db.h"

typedef struct {
  DbEngine engine;
  char *folder;  /**< a temporary folder, also with PostgreSQL */
  char *address; /**< what db_open() takes */
} EmptyDatabase;

/** Makes one of @engine. */
void empty_database_init(EmptyDatabase *database, DbEngine engine);

/** Removes it; it must be closed. */
void empty_database_clear(EmptyDatabase *database);

/** Runs @sql, which gives no rows, beside the driver; for PostgreSQL only. */
void empty_database_run(EmptyDatabase *database, const char *sql);

/** "sqlite" or "postgres". */
const char *empty_database_engine_name(DbEngine engine);

/** The engine that the data of a g_test names: a pointer made with GINT_TO_POINTER(). */
#define EMPTY_DATABASE_ENGINE(data) ((DbEngine)GPOINTER_TO_INT(data))

/** Adds the test @name of @function for each engine, with the case's set-up and tear-down. */
#define EMPTY_DATABASE_ADD(name, Case, set_up, function, tear_down)                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_test_add("/sqlite" name, Case, GINT_TO_POINTER(DB_SQLITE), set_up, function, tear_down);               \
    g_test_add("/postgres" name, Case, GINT_TO_POINTER(DB_POSTGRES), set_up, function, tear_down);           \
  }                                                                                                          \
  G_STMT_END
