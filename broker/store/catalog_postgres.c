/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/catalog.h"

static const char *const SET_COUNTER[] = {
    "SELECT setval(pg_get_serial_sequence(?, 'id'), ?)",
    NULL,
};

const CatalogStatements catalog_postgres_statements = {
    .tables = "SELECT table_name FROM information_schema.tables"
              " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name",
    .columns = "SELECT a.attname, format_type(a.atttypid, a.atttypmod),"
               " COALESCE(array_position(i.indkey::int2[], a.attnum), -1) + 1 FROM pg_attribute a"
               " LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary"
               " WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    .parents = "SELECT DISTINCT p.relname FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid"
               " WHERE f.contype = 'f' AND f.conrelid = to_regclass(?)",
    .set_counter = SET_COUNTER,
};
