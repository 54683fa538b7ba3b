/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of device tokens, by their hash: by them a browser or client is known that its account's owner signed
 * in with before. What failed with one is counted in its row, so that it counts at every broker.
 */
#pragma once

#include "broker/db/db.h"

/** One of them. */
typedef struct {
  char *token_hash;
  char *user_id;
  char *user_name;
  gint64 created_us;
  gint64 expires_us;
  guint failures;
  gint64 failed_us; /**< the last of them */
} DeviceTokenRow;

/** Enters a token of @user_id that is good till @expires_us. */
gboolean device_token_store_add(DbTransaction *transaction, const char *token_hash, const char *user_id,
                                gint64 now_us, gint64 expires_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The token with @token_hash; CARAWAY_ERROR_NOT_FOUND. */
DeviceTokenRow *device_token_store_find(DbTransaction *transaction, const char *token_hash,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Counts a sign-in with it that failed at @now_us; those before do not count when the last of them was
 * before @since_us or after @till_us. */
gboolean device_token_store_failed(DbTransaction *transaction, const char *token_hash, gint64 now_us,
                                   gint64 since_us, gint64 till_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the one with @token_hash of @user_id, if it is there. */
gboolean device_token_store_remove(DbTransaction *transaction, const char *token_hash, const char *user_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes all of @user_id but the newest @keep. */
gboolean device_token_store_keep_newest(DbTransaction *transaction, const char *user_id, guint keep,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what expired before @now_us. */
gboolean device_token_store_remove_expired(DbTransaction *transaction, gint64 now_us,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void device_token_row_free(DeviceTokenRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceTokenRow, device_token_row_free)
