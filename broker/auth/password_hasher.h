/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing and checking passwords with argon2id (libsodium, RFC 9106), of which each takes 64 MiB and tens of
 * milliseconds: so only a few run at once, a few wait, and who comes after that is refused at once. Owns the
 * queue.
 */
#pragma once

#include <glib.h>

typedef struct PasswordHasher PasswordHasher;

/** A hasher that runs @workers at once while @waiting more may wait. */
PasswordHasher *password_hasher_new(guint workers, guint waiting);

/** The hash of @password with its own salt (transfer full). Fails with CARAWAY_ERROR_OVERLOADED. */
char *password_hasher_hash(PasswordHasher *hasher, const char *password,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whether @password is the one that @hash was made of. Without a @hash (nullable) the answer is no after the
 * same time. Fails with CARAWAY_ERROR_OVERLOADED.
 */
gboolean password_hasher_verify(PasswordHasher *hasher, const char *hash, const char *password,
                                gboolean *ret_matches, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @hasher (nullable), which nobody may be using. */
void password_hasher_free(PasswordHasher *hasher);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PasswordHasher, password_hasher_free)
