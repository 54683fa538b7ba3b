/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of one-time console passwords, by their hash.
 */
#pragma once

#include "broker/db/db.h"

/** A password and what it opens. */
typedef struct {
  char *session_id;
  char *viewer;
  gint64 expires_us;
  gboolean used;
} ConsolePasswordRow;

/** Enters a password for a console of @session_id. */
gboolean console_password_store_add(DbTransaction *transaction, const char *password_hash,
                                    const char *session_id, const char *viewer, gint64 expires_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The password with @password_hash; CARAWAY_ERROR_NOT_FOUND. */
ConsolePasswordRow *console_password_store_find(DbTransaction *transaction, const char *password_hash,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Marks it used, if it was not; @ret_spent tells. */
gboolean console_password_store_spend(DbTransaction *transaction, const char *password_hash,
                                      gboolean *ret_spent, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what was not used yet of the sessions that @device (the hash of a sign-in's token) opened last. */
gboolean console_password_store_remove_of_device(DbTransaction *transaction, const char *device,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what expired before @before_us. */
gboolean console_password_store_remove_expired(DbTransaction *transaction, gint64 before_us,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void console_password_row_free(ConsolePasswordRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsolePasswordRow, console_password_row_free)
