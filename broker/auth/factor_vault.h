/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing what the database keeps but must not give away: XChaCha20-Poly1305 (libsodium), bound to whose it
 * is, so that a sealed secret is no use in another row. Owns the key.
 */
#pragma once

#include <glib.h>

#define FACTOR_KEY_BYTES 32

typedef struct FactorVault FactorVault;

/** A vault with a copy of @key. */
FactorVault *factor_vault_new(const guint8 key[FACTOR_KEY_BYTES]);

/** @size bytes at @secret sealed for @owner, as text (transfer full). */
char *factor_vault_seal(const FactorVault *vault, const char *owner, const guint8 *secret, gsize size);

/** What @sealed holds for @owner, which must be @size bytes, in @ret_secret. Fails with CARAWAY_ERROR_CONFIG
 * when it was sealed with another key, for somebody else, or was changed. */
gboolean factor_vault_open(const FactorVault *vault, const char *owner, const char *sealed,
                           guint8 *ret_secret, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes and frees @vault (nullable). */
void factor_vault_free(FactorVault *vault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FactorVault, factor_vault_free)
