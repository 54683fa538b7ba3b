/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of second factors and of recovery codes, by account. What may count only once is taken by statements
 * that change a row or none, so that of two who present it at once one is refused, whichever broker each is
 * at.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/second_factor.h"

/** The second factor of @account_id, also one that is only drafted; CARAWAY_ERROR_NOT_FOUND. */
SecondFactor *second_factor_store_find(DbTransaction *transaction, const char *account_id,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keeps @sealed at @now_us as what waits for its first code, in place of what waited before. */
gboolean second_factor_store_draft(DbTransaction *transaction, const char *account_id, const char *sealed,
                                   gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the draft that is @sealed the secret that counts, whose code of @step was taken with @drift.
 * @ret_done: FALSE when another draft waits meanwhile. */
gboolean second_factor_store_confirm(DbTransaction *transaction, const char *account_id, const char *sealed,
                                     gint64 step, gint64 drift, gint64 now_us, gboolean *ret_done,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the code of @step. @ret_taken: FALSE when that one or a newer one was taken before. */
gboolean second_factor_store_take(DbTransaction *transaction, const char *account_id, gint64 step,
                                  gint64 drift, gboolean *ret_taken,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes it with its recovery codes. */
gboolean second_factor_store_remove(DbTransaction *transaction, const char *account_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Replaces all recovery codes by those with @hashes (NULL-terminated). */
gboolean second_factor_store_set_recovery(DbTransaction *transaction, const char *account_id,
                                          const char *const *hashes,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Spends the recovery code with @hash. @ret_spent: FALSE when there is none such any more. */
gboolean second_factor_store_spend(DbTransaction *transaction, const char *account_id, const char *hash,
                                   gboolean *ret_spent, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many recovery codes are left. */
gboolean second_factor_store_count_recovery(DbTransaction *transaction, const char *account_id,
                                            gint64 *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
