/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What grant.c and those who keep sets of keys fresh need, and others do not: signing and checking bytes, and
 * the ids of keys. The public face is grant.h.
 */
#pragma once

#include "common/wire/grant.h"

#include <sodium.h>

#define GRANT_KEY_ID_MAX 32

/** Whether the @length bytes at @id may name a key. */
gboolean grant_key_id_is_valid(const char *id, gsize length);

/** A new random id for a key of @machine, whose name it begins with (transfer full). */
char *grant_key_make_id(const char *machine);

/** Signs the bytes of @text. */
void grant_key_sign(const GrantKey *key, const char *text, guint8 ret_signature[crypto_sign_BYTES]);

/** Whether the key @id of @keys signed the @length bytes at @text. */
gboolean grant_key_set_check(const GrantKeySet *keys, const char *id, const char *text, gsize length,
                             const guint8 signature[crypto_sign_BYTES]);

/** The id of the key that @text says it was signed with (transfer full); NULL when it does not begin as a
 * grant does. Nothing of it is true before a signature was checked. */
char *grant_key_id_of(const char *text);

/** Whether @keys has a key of that @id. */
gboolean grant_key_set_has(const GrantKeySet *keys, const char *id);

/** The ids of @keys (transfer full). */
GStrv grant_key_set_ids(const GrantKeySet *keys);

/** Adds the key @id of @others, if it is there, to @keys. */
void grant_key_set_add_from(GrantKeySet *keys, const GrantKeySet *others, const char *id);
