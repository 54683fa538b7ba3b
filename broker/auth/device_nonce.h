/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Challenges for devices: a nonce says when it was made and is sealed with a key that all brokers of an
 * installation share, so that asking for one stores nothing, and any broker may take the answer. That each is
 * used once is the store's to hold.
 */
#pragma once

#include <glib.h>

/** How long a nonce may be answered. */
#define DEVICE_NONCE_LIFE_US (60 * (gint64)G_USEC_PER_SEC)

/** The longest text of one. */
#define DEVICE_NONCE_MAX 80

/** A new nonce of @now_us under @key, 32 bytes as base64url (transfer full). */
char *device_nonce_new(const char *key, gint64 now_us);

/** Whether @nonce was made under @key and may be answered at @now_us; @ret_expires_us: till when. */
gboolean device_nonce_check(const char *key, const char *nonce, gint64 now_us, gint64 *ret_expires_us);
