/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public keys that grants are checked with, kept fresh: as of joining, then fetched from the broker at
 * the start, every few seconds, and when a grant names a key that is not known. Owns the set and the pace of
 * fetching, so that invented key ids cannot make the portal hammer the broker.
 */
#pragma once

#include "common/wire/grant.h"
#include "portal/broker_client.h"

typedef struct GrantKeyring GrantKeyring;

/** Called once when fresh keys have come, or could not be had. */
typedef void (*GrantKeyringRefreshed)(gpointer user_data);

/** A ring with @keys (nullable, as in join.json); asks @client, which must be freed first, for newer ones. */
GrantKeyring *grant_keyring_new(BrokerClient *client, JsonArray *keys,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** FALSE when @text names a key that a refresh might bring; TRUE also for what no key can make a grant. */
gboolean grant_keyring_may_know(const GrantKeyring *ring, const char *text);

/** Fetches the keys, at once or two seconds after the last time, then calls @refreshed. */
void grant_keyring_refresh(GrantKeyring *ring, GrantKeyringRefreshed refreshed, gpointer user_data);

/** As grant_verify() with the keys of @ring. */
Grant *grant_keyring_verify(const GrantKeyring *ring, const char *text,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether at least one key is known. */
gboolean grant_keyring_is_ready(const GrantKeyring *ring);

/** Frees @ring (nullable); what waits for a refresh is never called. */
void grant_keyring_free(GrantKeyring *ring);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantKeyring, grant_keyring_free)
