/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of the audit log: who did what to what, and how it went. Never a secret.
 */
#pragma once

#include <glib.h>

/** The chain of rows that were written before rows had a broker; no broker can have this name. */
#define AUDIT_BEFORE "(before)"

typedef struct {
  gint64 id; /**< grows */
  gint64 time_us;
  char *broker; /**< who wrote it; AUDIT_BEFORE for rows that are older than that */
  char *actor;  /**< user name, or "system", or "host/NAME" */
  char *action; /**< e.g. "session.assign" */
  char *object; /**< e.g. "desktop/office-0001" */
  gboolean succeeded;
  char *code;   /**< stable code of a refusal, else "" */
  char *detail; /**< a sentence, may be empty */
  char *address;
  gint64 count; /**< so many times the same; 0 counts as 1 */
} AuditEntry;

/** Which rows are asked for; texts are borrowed, NULL asks for any. */
typedef struct {
  const char *actor, *action, *object, *code; /**< as they are */
  const char *text;                           /**< somewhere in the object or the detail, in any case */
  int succeeded;                              /**< 1, 0, or -1 for any */
  gint64 from_us, to_us;
} AuditFilter;

/** What asks for every row. */
#define AUDIT_FILTER_ALL ((AuditFilter){.succeeded = -1, .to_us = G_MAXINT64})

/** Frees @entry (nullable). */
void audit_entry_free(AuditEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditEntry, audit_entry_free)
