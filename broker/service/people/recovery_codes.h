/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes: made, shown once, kept hashed. They are random enough (80 bits) for a plain hash.
 */
#pragma once

#include "broker/service/work.h"

/** Replaces the recovery codes of @user_id by RECOVERY_CODES new ones, as they are to be shown (transfer
 * full; recovery_codes_free()). */
GStrv recovery_codes_renew(Work *work, const char *user_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How the code with @letters is kept for @user_id (transfer full). */
char *recovery_codes_hash(const char *user_id, const char *letters);

/** Wipes and frees @codes (nullable). */
void recovery_codes_free(GStrv codes);
