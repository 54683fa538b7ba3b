/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of custom roles, and rules for all of them. The fixed ones are found and listed with them, but are the
 * program's: only their rule is kept here.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/role.h"

/** Enters @role. A name that is taken, a fixed role's too, is CARAWAY_ERROR_CONFLICT. */
gboolean role_store_add(DbTransaction *transaction, const Role *role,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The role @name, fixed or custom; CARAWAY_ERROR_NOT_FOUND. */
Role *role_store_find(DbTransaction *transaction, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All of them: the fixed ones, then the custom ones by name, at most 1,000 (transfer full). */
GPtrArray *role_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes whether who has the role @name, fixed or custom, must have a second factor; raises its version. */
gboolean role_store_set_second_factor(DbTransaction *transaction, const char *name, gboolean required,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes description and permissions of the custom @role, and raises its version. */
gboolean role_store_update(DbTransaction *transaction, const Role *role,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the custom role @name with its bindings. */
gboolean role_store_remove(DbTransaction *transaction, const char *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
