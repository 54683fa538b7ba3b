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
} TestDatabase;

/** Makes one of @engine. */
void test_database_init(TestDatabase *database, DbEngine engine);

/** Removes it; it must be closed. */
void test_database_clear(TestDatabase *database);

/** Runs @sql, which gives no rows, beside the driver; for PostgreSQL only. */
void test_database_run(TestDatabase *database, const char *sql);

/** "sqlite" or "postgres". */
const char *test_database_engine_name(DbEngine engine);

/** The engine that the data of a g_test names: a pointer made with GINT_TO_POINTER(). */
#define TEST_DATABASE_ENGINE(data) ((DbEngine)GPOINTER_TO_INT(data))

/** Adds the test @name of @function for each engine, with the case's set-up and tear-down. */
#define TEST_DATABASE_ADD(name, Case, set_up, function, tear_down)                                           \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_test_add("/sqlite" name, Case, GINT_TO_POINTER(DB_SQLITE), set_up, function, tear_down);               \
    g_test_add("/postgres" name, Case, GINT_TO_POINTER(DB_POSTGRES), set_up, function, tear_down);           \
  }                                                                                                          \
  G_STMT_END
