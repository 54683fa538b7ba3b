/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers in the names of a pool's desktops: which were given back, and which comes next. Finds one
 * without looking at the desktops.
 */
#pragma once

#include "broker/db/db.h"

/** Takes the lowest number of @pool_id that was given back, else the next one; from 1. Numbers whose name is
 * taken nevertheless are for the caller to skip. */
gboolean desktop_number_store_take(DbTransaction *transaction, const char *pool_id, guint *ret_number,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes @number of @pool_id, which was given back; @ret_taken FALSE: it was not, or somebody has it again.
 */
gboolean desktop_number_store_take_back(DbTransaction *transaction, const char *pool_id, guint number,
                                        gboolean *ret_taken, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Begins with 1 again: the names of @pool_id have another pattern. */
gboolean desktop_number_store_begin(DbTransaction *transaction, const char *pool_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives @number of @pool_id back; a second time is fine. */
gboolean desktop_number_store_give_back(DbTransaction *transaction, const char *pool_id, guint number,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether a desktop of any pool is called @name. */
gboolean desktop_number_store_is_taken(DbTransaction *transaction, const char *name, gboolean *ret_taken,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
