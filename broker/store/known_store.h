/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broker learns by heart about live sessions and sign-ins, each in one statement.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/user.h"
#include "common/wire/epoch.h"

/** The epochs of the desktops of all live sessions: a table desktop id → Epoch (transfer full). */
GHashTable *known_store_epochs(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Called with one sign-in; @user (borrowed) comes without groups. */
typedef void (*KnownStoreSignIn)(const char *token_hash, const User *user, gint64 used_us, gint64 expires_us,
                                 gint64 factor_us, gpointer data);

/** Calls @each with the @limit sign-ins of accounts that are not disabled which were used last, oldest first.
 */
gboolean known_store_sign_ins(DbTransaction *transaction, guint limit, KnownStoreSignIn each, gpointer data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
