/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens, by which programs act for an account: what they look like, and what they may be for. The
 * text begins so that scanners of repositories find one that was left there, and ends with a checksum, so
 * that they, and we, tell one from what only looks like it without asking the database.
 */
#pragma once

#include "broker/model/permission.h"

#define ACCESS_TOKEN_PREFIX         "caraway_pat_"
#define ACCESS_TOKEN_SECRET_BYTES   32
#define ACCESS_TOKEN_LIFETIME_MIN_S 60
#define ACCESS_TOKEN_LIFETIME_MAX_S (366 * 24 * 3600)
#define ACCESS_TOKENS_OF_ACCOUNT    50

/** What is kept of one. */
typedef struct {
  char *id; /**< UUID */
  char *user_id;
  char *name;
  char *token_hash;
  PermissionSet scopes;
  gint64 created_us;
  gint64 used_us; /**< when its use was last written down; 0: never */
  gint64 expires_us;
  char *address; /**< where it was last used from, "" while it was not */
} AccessToken;

/** The text of a token with @secret, random base64url text (transfer full; free with secret_free()). */
char *access_token_text(const char *secret);

/** Whether @text may be a token of ours: its beginning, its length and its checksum are right. */
gboolean access_token_is_text(const char *text);

/** Finds what a token may be for: what roles hold, and "own" and "console.open" of everybody. */
gboolean access_token_scope_from_name(const char *name, Permission *ret_permission);

/** The names of @scopes (transfer full). */
GStrv access_token_scope_names(PermissionSet scopes);

/** Frees @token (nullable). */
void access_token_free(AccessToken *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccessToken, access_token_free)
