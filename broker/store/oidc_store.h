/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins that are under way with an OpenID provider, and finished ones that a native client has yet to
 * fetch. Each row is taken once. Keys are hashes: nothing here lets anybody in.
 */
#pragma once

#include "broker/db/db.h"

typedef struct {
  char *key; /**< of the browser's secret */
  char *authenticator;
  char *redirect_uri;
  char *address;          /**< network that began it, as throttle_network() writes it */
  gint64 client_port;     /**< on the loopback of the native client that began it; 0: the browser itself */
  char *client_challenge; /**< of that client, "" without one */
  gint64 expires_us;
} OidcBegun;

/** Enters @row. */
gboolean oidc_store_begin(DbTransaction *transaction, const OidcBegun *row,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The oldest of the network that has most of them gives way. */
gboolean oidc_store_give_way(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many there are in all, and of the network @address. */
gboolean oidc_store_count(DbTransaction *transaction, const char *address, gint64 *ret_all, gint64 *ret_own,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the row of @key away (transfer full); CARAWAY_ERROR_NOT_FOUND, also for one that has expired at
 * @now_us. */
OidcBegun *oidc_store_take(DbTransaction *transaction, const char *key, gint64 now_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  char *code_hash;
  char *challenge;
  char *user_id;
  char *method;
  gboolean second_factor;
  gint64 expires_us;
} OidcFinished;

/** Enters @row. */
gboolean oidc_store_finish(DbTransaction *transaction, const OidcFinished *row,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the row of @code_hash away (transfer full); as oidc_store_take(). */
OidcFinished *oidc_store_fetch(DbTransaction *transaction, const char *code_hash, gint64 now_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what has expired at @now_us. */
gboolean oidc_store_remove_expired(DbTransaction *transaction, gint64 now_us,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void oidc_begun_free(OidcBegun *row);

/** Frees @row (nullable). */
void oidc_finished_free(OidcFinished *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcBegun, oidc_begun_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcFinished, oidc_finished_free)
