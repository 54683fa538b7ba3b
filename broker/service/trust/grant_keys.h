/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys that this broker signs grants with, and their change: the next one is published before it signs,
 * the one before stays published till its last grant has ended, and what was revoked is dropped at once. Owns
 * the private halves; what verifiers may believe is in the database (grant_key_store.h). Policy is
 * grant_key_rotation.h.
 */
#pragma once

#include "broker/service/services.h"

typedef struct {
  const char *folder; /**< the broker's state folder */
  gint64 life_us;     /**< a key signs for so long; 0: until somebody asks for another one */
  gint64 overlap_us; /**< the next one is published so long before it signs, at least, and the old one so long
                          after */
} GrantKeysSettings;

/** Reads the keys of this broker, makes the first, and publishes what is not yet: only then it signs. Call
 * before services_start(). CARAWAY_ERROR_CONFIG when a key in @settings->folder is damaged or another
 * broker's. */
GrantKeys *grant_keys_open(Services *services, const GrantKeysSettings *settings,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who signs with the current key (transfer none), from any thread. It fails while there is none. */
GrantSigner *grant_keys_signer(GrantKeys *keys);

/** Takes the steps that are due, in the services' background thread (or a test's in its place). When it
 * fails, it goes on from there the next time. */
gboolean grant_keys_run(GrantKeys *keys, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same when it is time or something changed; a failure is logged, once. */
void grant_keys_tend(GrantKeys *keys);

/** The published keys changed: grant_keys_tend() looks at once. From any thread. */
void grant_keys_look_soon(GrantKeys *keys);

/** When grant_keys_tend() has something to do next, in steady time. */
gint64 grant_keys_due_us(const GrantKeys *keys);

/** Wipes and frees @keys (nullable). */
void grant_keys_free(GrantKeys *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantKeys, grant_keys_free)
