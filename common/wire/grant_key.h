/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What grant.c needs of keys and others do not: signing and checking bytes. The public face is grant.h.
 */
#pragma once

#include "common/wire/grant.h"

#include <sodium.h>

#define GRANT_KEY_ID_MAX 32

/** Whether the @length bytes at @id may name a key. */
gboolean grant_key_id_is_valid(const char *id, gsize length);

/** Signs the bytes of @text. */
void grant_key_sign(const GrantKey *key, const char *text, guint8 ret_signature[crypto_sign_BYTES]);

/** Whether the key @id of @keys signed the @length bytes at @text. */
gboolean grant_key_set_check(const GrantKeySet *keys, const char *id, const char *text, gsize length,
                             const guint8 signature[crypto_sign_BYTES]);
