/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of the audit log: who did what to what, and how it went. Never a secret.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 id; /**< grows */
  gint64 time_us;
  char *actor;  /**< user name, or "system", or "host/NAME" */
  char *action; /**< e.g. "session.assign" */
  char *object; /**< e.g. "desktop/office-0001" */
  gboolean succeeded;
  char *code;   /**< stable code of a refusal, else "" */
  char *detail; /**< a sentence, may be empty */
  char *address;
} AuditEntry;

/** Frees @entry (nullable). */
void audit_entry_free(AuditEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditEntry, audit_entry_free)
