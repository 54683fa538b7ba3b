/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random tokens and the care of secret strings (libsodium). Owns no state beyond sodium_init().
 */
#pragma once

#include <glib.h>

/** @bytes random bytes (at most 64) as unpadded base64url text (transfer full; free with secret_free()). */
char *secret_random(gsize bytes);

/** SHA-256 of the text @secret as 64 hexadecimal digits (transfer full): how tokens are stored. */
char *secret_hash(const char *secret);

/** Whether @a and @b (nullable) are the same text, in time that does not depend on where they differ. */
gboolean secret_equal(const char *a, const char *b);

/** Wipes and frees @secret (nullable). */
void secret_free(char *secret);

/** Unpadded base64url (RFC 4648 section 5) of @size bytes (transfer full). */
char *secret_to_base64url(const guint8 *bytes, gsize size);

/** The bytes that @text, unpadded base64url, stands for (transfer full); NULL when it is not that. */
GBytes *secret_from_base64url(const char *text, gssize length);
