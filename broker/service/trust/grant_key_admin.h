/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What administrators do with the keys that grants are signed with: see them, ask for new ones, and take back
 * one that leaked. Carried out by the broker that holds the private half (grant_keys.h), wherever it was
 * asked for.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/grant_key_row.h"
#include "broker/service/services.h"

#define GRANT_KEY_REASON_MAX 200

/** The published keys of all brokers, then those that are gone, the newest first: an array of GrantKeyRow. */
GPtrArray *grant_key_admin_list(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Has the broker @name (NULL: each one) change its key, in good order; one that does so already goes on.
 * Returns the keys that are to be replaced. CARAWAY_ERROR_NOT_FOUND when there is no such broker with a key.
 */
GPtrArray *grant_key_admin_rotate(Services *services, const Caller *caller, const char *name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the key @id back because of @reason (nullable): its grants are refused from now on. While its broker
 * still has the private half, that one's next key goes with it, since both are in one folder; the broker
 * makes a new one at once. Returns it; one that was revoked before stays as it is. */
GrantKeyRow *grant_key_admin_revoke(Services *services, const Caller *caller, const char *id,
                                    const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;
