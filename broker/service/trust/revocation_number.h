/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The number of the revocation list: it grows with each revocation at any broker, so that a machine tells an
 * older list from a newer one.
 */
#pragma once

#include "broker/store/database.h"

/** Reads it; 0 before the first revocation. */
gboolean revocation_number_read(DbTransaction *transaction, gint64 *ret_number,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Raises it. */
gboolean revocation_number_raise(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;
