/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_schema.h"

#include <stddef.h>

/* Rows of before are of a chain of their own, AUDIT_BEFORE. A seal is one row for many: assignments write
 * nothing more for it than the name of their broker. */
const char audit_schema[] =
    "ALTER TABLE audit ADD COLUMN broker TEXT NOT NULL DEFAULT '(before)';"
    "ALTER TABLE audit ADD COLUMN repeats BIGINT NOT NULL DEFAULT 1;"
    "CREATE INDEX audit_broker ON audit (broker, id);"
    "CREATE TABLE audit_key (id TEXT PRIMARY KEY, broker TEXT NOT NULL, public_key TEXT NOT NULL,"
    "  made_us BIGINT NOT NULL);"
    "CREATE TABLE audit_seal (broker TEXT NOT NULL, number BIGINT NOT NULL, generation BIGINT NOT NULL,"
    "  first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, first_row BIGINT NOT NULL, row_count BIGINT NOT "
    "NULL,"
    "  time_us BIGINT NOT NULL, sealed_by TEXT NOT NULL, key_id TEXT NOT NULL, witnesses TEXT NOT NULL,"
    "  previous TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL, marks TEXT NOT NULL,"
    "  PRIMARY KEY (broker, number));"
    "CREATE TABLE audit_checkpoint (broker TEXT PRIMARY KEY, number BIGINT NOT NULL, last_id BIGINT NOT NULL,"
    "  last_row BIGINT NOT NULL, hash TEXT NOT NULL, time_us BIGINT NOT NULL, trimmed_by TEXT NOT NULL,"
    "  key_id TEXT NOT NULL, signature TEXT NOT NULL)";

#define REFUSAL "the audit log is only ever added to"

#define REFUSE(name, what, when)                                                                             \
  "CREATE TRIGGER " name " BEFORE " what " " when " BEGIN SELECT RAISE(ABORT, '" REFUSAL "'); END"

const char *const audit_guard_sqlite[] = {
    REFUSE("audit_no_update", "UPDATE ON audit", ""),
    REFUSE("audit_no_delete", "DELETE ON audit",
           "WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.broker = OLD.broker"
           " AND c.last_id >= OLD.id)"),
    REFUSE("audit_seal_no_update", "UPDATE ON audit_seal", ""),
    REFUSE("audit_seal_no_delete", "DELETE ON audit_seal",
           "WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.broker = OLD.broker"
           " AND c.number >= OLD.number)"),
    REFUSE("audit_checkpoint_forward", "UPDATE ON audit_checkpoint", "WHEN NEW.number <= OLD.number"),
    REFUSE("audit_checkpoint_no_delete", "DELETE ON audit_checkpoint", ""),
    REFUSE("audit_key_no_update", "UPDATE ON audit_key", ""),
    REFUSE("audit_key_no_delete", "DELETE ON audit_key", ""),
    NULL,
};

#define FUNCTION(name, body)                                                                                 \
  "CREATE OR REPLACE FUNCTION " name "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " body                 \
  " RAISE EXCEPTION '" REFUSAL "' USING ERRCODE = 'integrity_constraint_violation'; END $$"

#define ROWS(name, what, function)                                                                           \
  "CREATE TRIGGER " name " BEFORE " what " FOR EACH ROW EXECUTE FUNCTION " function "()"

#define WHOLE(name, table)                                                                                   \
  "CREATE TRIGGER " name " BEFORE TRUNCATE ON " table " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"

const char *const audit_guard_postgres[] = {
    FUNCTION("audit_refuse", ""),
    FUNCTION(
        "audit_let_trimmed_go",
        "IF EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.broker = OLD.broker AND c.last_id >= OLD.id)"
        " THEN RETURN OLD; END IF;"),
    FUNCTION("audit_let_trimmed_seal_go",
             "IF EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.broker = OLD.broker"
             " AND c.number >= OLD.number) THEN RETURN OLD; END IF;"),
    FUNCTION("audit_forward", "IF NEW.number > OLD.number THEN RETURN NEW; END IF;"),
    ROWS("audit_no_update", "UPDATE ON audit", "audit_refuse"),
    ROWS("audit_no_delete", "DELETE ON audit", "audit_let_trimmed_go"),
    ROWS("audit_seal_no_update", "UPDATE ON audit_seal", "audit_refuse"),
    ROWS("audit_seal_no_delete", "DELETE ON audit_seal", "audit_let_trimmed_seal_go"),
    ROWS("audit_checkpoint_forward", "UPDATE ON audit_checkpoint", "audit_forward"),
    ROWS("audit_checkpoint_no_delete", "DELETE ON audit_checkpoint", "audit_refuse"),
    ROWS("audit_key_kept", "UPDATE OR DELETE ON audit_key", "audit_refuse"),
    WHOLE("audit_no_truncate", "audit"),
    WHOLE("audit_seal_no_truncate", "audit_seal"),
    WHOLE("audit_checkpoint_no_truncate", "audit_checkpoint"),
    WHOLE("audit_key_no_truncate", "audit_key"),
    NULL,
};
