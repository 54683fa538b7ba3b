/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the installation is: its id, its generation and the broker's term.
 */
#pragma once

#include "broker/db/db.h"

/** The value of @name (transfer full); NULL with CARAWAY_ERROR_NOT_FOUND when it was never set. */
char *setting_store_get(DbTransaction *transaction, const char *name,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets @name to @value. */
gboolean setting_store_set(DbTransaction *transaction, const char *name, const char *value,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
