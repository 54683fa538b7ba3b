/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console grant: a short-lived, signed permission to open one desktop's console (docs/protocols.md, 2).
 * This module owns its text form, the Ed25519 signature (libsodium) and the sets of keys by id. It says
 * whether a grant is genuine; whether it may still be used (expiry, spent ids, epochs) is judged by those who
 * spend it.
 */
#pragma once

#include "common/wire/epoch.h"

#include <json-glib/json-glib.h>

#define GRANT_TEXT_MAX 2048

/** A grant's claims. All texts are owned by it. */
typedef struct {
  char *id;         /**< UUID */
  char *session;    /**< UUID */
  char *desktop;    /**< UUID, also the domain's */
  Epoch epoch;      /**< of the desktop when the grant was signed */
  char *host;       /**< "kvm1" */
  char *address;    /**< of the host's relay: an IP address or a DNS name */
  guint16 port;     /**< of the host's relay */
  char *identity;   /**< of the host's relay: "relay/kvm1" */
  char *user;       /**< account name */
  char **channels;  /**< SPICE channel types, a subset of grant_channel_names() */
  gint64 issued_s;  /**< seconds since 1970 UTC */
  gint64 expires_s; /**< seconds since 1970 UTC: for the first use */
  char *viewer;     /**< "native", "browser" or "vv" */
} Grant;

typedef struct GrantKey GrantKey;       /* one broker's private key and its id */
typedef struct GrantKeySet GrantKeySet; /* public keys by id */

/** Every name that a grant's `channels` may hold, NULL-terminated (static). */
const char *const *grant_channel_names(void);

/** Whether @grant allows the SPICE channel type @channel, e.g. "display". */
gboolean grant_allows_channel(const Grant *grant, const char *channel);

/** Whether @grant may no longer be used for the first time at @now_s (seconds since 1970 UTC, broker time).
 */
gboolean grant_is_expired(const Grant *grant, gint64 now_s);

/** The text of @grant signed with @key (transfer full; a secret, free with secret_free()). Fails with
 * CARAWAY_ERROR_INVALID when a claim does not have its shape or the text would exceed GRANT_TEXT_MAX. */
char *grant_sign(const Grant *grant, const GrantKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The grant that @text (@length bytes, -1 when NUL-terminated) stands for (transfer full), when a key of
 * @keys signed it. Every other text gives CARAWAY_ERROR_GRANT_INVALID. Expiry is not looked at. */
Grant *grant_verify(const char *text, gssize length, const GrantKeySet *keys,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @grant (nullable). */
void grant_free(Grant *grant);

/** A new random signing key named @id (1 … 32 of [a-z0-9-]). */
GrantKey *grant_key_new(const char *id);

/** The signing key in the file @path (CARAWAY_ERROR_CONFIG when it is missing or damaged). */
GrantKey *grant_key_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @key to @path with mode 0600, atomically. */
gboolean grant_key_save(const GrantKey *key, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The id of @key (transfer none). */
const char *grant_key_id(const GrantKey *key);

/** The public half of @key, base64url (transfer full). */
char *grant_key_public(const GrantKey *key);

/** Wipes and frees @key (nullable). */
void grant_key_free(GrantKey *key);

/** An empty set: it verifies nothing. */
GrantKeySet *grant_key_set_new(void);

/** The set in @array, [{"id", "public_key"}] with at most 64 entries; @array is checked strictly
 * (CARAWAY_ERROR_INVALID). */
GrantKeySet *grant_key_set_from_json(JsonArray *array, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The set as [{"id", "public_key"}] (transfer full), ordered by id. */
JsonArray *grant_key_set_to_json(const GrantKeySet *keys);

/** Adds the public half of @key, replacing a key of the same id. */
void grant_key_set_add(GrantKeySet *keys, const GrantKey *key);

/** Adds @public_key (base64url of 32 bytes) as @id; FALSE when either does not have its shape. */
gboolean grant_key_set_add_public(GrantKeySet *keys, const char *id,
                                  const char *public_key) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @keys (nullable). */
void grant_key_set_free(GrantKeySet *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grant, grant_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantKey, grant_key_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantKeySet, grant_key_set_free)
