/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log as lines of JSON, as it is exported: rows, seals, and what is needed to verify them without a
 * database. Owns the form of a line; docs/audit.md describes it.
 */
#pragma once

#include "common/wire/audit_chain.h"

#define AUDIT_LINE_MAX 65536

typedef enum {
  AUDIT_LINE_KEY,
  AUDIT_LINE_CHECKPOINT, /**< its chain begins after it */
  AUDIT_LINE_AFTER,      /**< a seal whose rows are not there: its chain is taken up after it */
  AUDIT_LINE_ROW,
  AUDIT_LINE_SEAL, /**< of the rows since the last one */
  AUDIT_LINE_NEXT, /**< where the next part begins */
} AuditLineKind;

/** What a line says; of the pointers only that of its kind is set. */
typedef struct {
  AuditLineKind kind;
  AuditKey *key;
  AuditCheckpoint *checkpoint;
  AuditSeal *seal; /**< of AUDIT_LINE_AFTER, too */
  AuditEntry *row;
  char *cursor;
} AuditLine;

/** Appends a line with @key. */
void audit_lines_add_key(GString *text, const AuditKey *key);

/** Appends a line with @checkpoint. */
void audit_lines_add_checkpoint(GString *text, const AuditCheckpoint *checkpoint);

/** Appends a line with @seal as @kind: AUDIT_LINE_SEAL or AUDIT_LINE_AFTER. */
void audit_lines_add_seal(GString *text, AuditLineKind kind, const AuditSeal *seal);

/** Appends a line with @row. */
void audit_lines_add_row(GString *text, const AuditEntry *row);

/** Appends a line with @cursor. */
void audit_lines_add_next(GString *text, const char *cursor);

/** What the line at @text (@length bytes, without its end) says (transfer full). */
AuditLine *audit_lines_parse(const char *text, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @line (nullable). */
void audit_line_free(AuditLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditLine, audit_line_free)
