/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crowd of changes, and reading and telling what became of them. Decides nothing about when; that is
 * change_feed.h.
 */
#pragma once

#include "broker/service/services.h"

/** What changed since it was told last. */
typedef struct {
  GHashTable *sessions; /**< set of ids */
  GHashTable *outboxes; /**< set of hosts */
  GHashTable *hosts;    /**< set of names */
  GHashTable *accounts; /**< set of ids */
  gboolean rights;
  gboolean pools;
  gboolean brokers; /**< or their keys */
  gboolean certificates;
  gboolean missed; /**< and anything else may have changed, too */
} Changes;

/** No changes. */
Changes *changes_new(void);

/** Whether nothing changed. */
gboolean changes_are_none(const Changes *changes);

/** Reads what @changes are about and tells who waits for it. Whatever was not told is told when this is done
 * again with `missed`. */
gboolean change_telling_run(Services *services, Changes *changes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @changes (nullable). */
void changes_free(Changes *changes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Changes, changes_free)
