/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database of either engine with the schema, one open write transaction, and rows that most tests need.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/store/database.h"
#include "common/base/error.h"
#include "tests/support/empty_database.h"

typedef struct {
  EmptyDatabase database;
  Db *db;
  DbTransaction *transaction;
} StoreCase;

/** Opens a new database and begins a write transaction (a g_test set-up function). */
void store_case_set_up(StoreCase *test, gconstpointer data);

/** Undoes that (a g_test tear-down function). */
void store_case_tear_down(StoreCase *test, gconstpointer data);

/** Makes what was done so far durable, or undoes it, and begins another transaction. */
void store_case_next(StoreCase *test, gboolean keep);

/** Enters a user with id and name @name. */
void store_case_user(StoreCase *test, const char *name);

/** Enters the host "kvm1" and the pool "office" (id "office"). */
void store_case_pool(StoreCase *test);

/** Enters a desktop with id and name @name of "office" on "kvm1", created at @created_us. */
void store_case_desktop(StoreCase *test, const char *name, Assignment assignment, Power power,
                        gint64 created_us);

/** Adds a test for each engine. */
#define STORE_CASE_ADD(name, function)                                                                       \
  EMPTY_DATABASE_ADD(name, StoreCase, store_case_set_up, function, store_case_tear_down)
