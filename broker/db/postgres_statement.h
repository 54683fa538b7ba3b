/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable statements in PostgreSQL's words: places of values, and the few differences of table definitions.
 * Pure text.
 */
#pragma once

#include <glib.h>

/** @sql with $1, $2 … for each ? that stands outside of quotes and comments (transfer full). */
char *postgres_statement_number(const char *sql);

/**
 * The table definition @sql as PostgreSQL wants it (transfer full): a key that counts by itself (INTEGER
 * PRIMARY KEY AUTOINCREMENT) is an identity, and text compares byte by byte (COLLATE "C"), so that lists are
 * in the same order on every engine whatever the database was made with. Other statements stay as they are.
 */
char *postgres_statement_define(const char *sql);
