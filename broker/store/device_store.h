/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of devices, with the hash of the secret by which each follows its request to join, which no Device
 * value carries; and the nonces that were used.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/device.h"
#include "broker/model/page.h"

/** How long a nonce is remembered after it expired: the clock of another broker may be behind. */
#define DEVICE_STORE_NONCE_KEEP_US (60 * (gint64)G_USEC_PER_SEC)

/** Enters @device, which waits. */
gboolean device_store_add(DbTransaction *transaction, const Device *device, const char *secret_hash,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The device with id or name @key; CARAWAY_ERROR_NOT_FOUND. */
Device *device_store_find(DbTransaction *transaction, const char *key,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The device with @public_key; CARAWAY_ERROR_NOT_FOUND. */
Device *device_store_find_by_key(DbTransaction *transaction, const char *public_key,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The device of the account with id @account_id; CARAWAY_ERROR_NOT_FOUND. */
Device *device_store_find_by_account(DbTransaction *transaction, const char *account_id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those that wait with @code: an array of Device, of at most two (transfer full). */
GPtrArray *device_store_with_code(DbTransaction *transaction, const char *code, gint64 now_us,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Devices, or with @pending only those that wait in time, by id, oldest first; the cursor is the last id. */
GPtrArray *device_store_list(DbTransaction *transaction, gboolean pending, const Page *page, char **ret_next,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many wait or were rejected, in total and from @address. */
gboolean device_store_count_waiting(DbTransaction *transaction, const char *address, gint64 *ret_total,
                                    gint64 *ret_from_address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes what the device says of itself when it asks again, with the secret's hash and its new expiry. */
gboolean device_store_renew(DbTransaction *transaction, const Device *device, const char *secret_hash,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes what an administrator decides or changes of @device, and raises its version. */
gboolean device_store_update(DbTransaction *transaction, const Device *device,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The hash of the secret of the device with id @id (transfer full). */
char *device_store_secret_hash(DbTransaction *transaction, const char *id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that the device with id @id was there at @now_us from @address, with @client_version (nullable: as
 * before). */
gboolean device_store_seen(DbTransaction *transaction, const char *id, const char *address,
                           const char *client_version, gint64 now_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The request of the device with id @id has been answered: its secret opens nothing any more. */
gboolean device_store_forget_secret(DbTransaction *transaction, const char *id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the row of the device with id @id. */
gboolean device_store_remove(DbTransaction *transaction, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Uses @nonce, which could be used till @expires_us; @ret_fresh: whether it had not been used before. */
gboolean device_store_use_nonce(DbTransaction *transaction, const char *nonce, gint64 expires_us,
                                gboolean *ret_fresh, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes requests that nobody approved in time, and nonces that no broker takes any more. */
gboolean device_store_remove_expired(DbTransaction *transaction, gint64 now_us,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
