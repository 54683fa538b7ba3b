/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/catalog.h"

static const char *const SET_COUNTER[] = {
    "DELETE FROM sqlite_sequence WHERE name = ?1 AND ?2 >= 0",
    "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
    NULL,
};

const CatalogStatements catalog_sqlite_statements = {
    .tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
              " ORDER BY name",
    .columns = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid",
    .parents = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?)",
    .set_counter = SET_COUNTER,
};
