/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the public keys that grants are signed with, and of those that never count again: a broker whose
 * state folder came back from a backup must not publish one of these anew.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/grant_key_row.h"

/** The keys that are published, by broker: an array of GrantKeyRow. */
GPtrArray *grant_key_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those of the broker @name. */
GPtrArray *grant_key_store_of_broker(DbTransaction *transaction, const char *name,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The newest @limit keys that are retired or revoked: an array of GrantKeyRow. */
GPtrArray *grant_key_store_gone(DbTransaction *transaction, int limit,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The key @id, published or gone; CARAWAY_ERROR_NOT_FOUND. */
GrantKeyRow *grant_key_store_find(DbTransaction *transaction, const char *id,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many keys of the broker @name are gone. */
gboolean grant_key_store_count_gone(DbTransaction *transaction, const char *name, gint64 *ret_count,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Publishes @row. */
gboolean grant_key_store_add(DbTransaction *transaction, const GrantKeyRow *row,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The published key @id is in @state since @now_us. */
gboolean grant_key_store_set_state(DbTransaction *transaction, const char *id, GrantKeyState state,
                                   gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Somebody asked at @now_us for another key in the place of the published key @id. */
gboolean grant_key_store_ask(DbTransaction *transaction, const char *id, gint64 now_us,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the key @row back: it is in @state (retired or revoked) since @now_us, for @reason. */
gboolean grant_key_store_remove(DbTransaction *transaction, const GrantKeyRow *row, GrantKeyState state,
                                gint64 now_us, const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;
