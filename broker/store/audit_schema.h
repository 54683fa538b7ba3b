/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the schema that is the audit log's: its seals, and what the database itself refuses to do to
 * the audit log: to change it, and to delete what no signed checkpoint lets go. Whoever may change the schema
 * can take these away; the seals are for that.
 */
#pragma once

/** The tables of the seals. */
extern const char audit_schema[];

/** What is added only, for each engine: statements, ended by NULL. */
extern const char *const audit_guard_sqlite[];
extern const char *const audit_guard_postgres[];
