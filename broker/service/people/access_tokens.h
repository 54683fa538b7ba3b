/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens, by which programs act for an account: made by its owner, with scopes and an end; seen and
 * revoked by the owner and by administrators. Who comes by one may do what its scopes name and its owner may
 * at that moment, never more, and nothing to the account itself.
 */
#pragma once

#include "broker/model/access_token.h"
#include "broker/model/caller.h"
#include "broker/service/work.h"

/** What a new token is. */
typedef struct {
  const char *name;
  PermissionSet scopes;
  gint64 lifetime_s; /**< ACCESS_TOKEN_LIFETIME_MIN_S … ACCESS_TOKEN_LIFETIME_MAX_S */
} NewAccessToken;

/** Makes a token of @caller; @ret_text (transfer full; free with secret_free()) is shown once and kept
 * nowhere. CARAWAY_ERROR_INVALID, CARAWAY_ERROR_CONFLICT when the name is taken or there are too many. */
AccessToken *access_tokens_create(Services *services, const Caller *caller, const NewAccessToken *new_token,
                                  char **ret_text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those of @user (id or name; NULL: of @caller) by name: an array of AccessToken (transfer full). */
GPtrArray *access_tokens_list(Services *services, const Caller *caller, const char *user,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Revokes the token @id of @caller, and closes the consoles that it opened. CARAWAY_ERROR_NOT_FOUND. */
gboolean access_tokens_revoke(Services *services, const Caller *caller, const char *id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Revokes all of @user (id or name). */
gboolean access_tokens_revoke_all(Services *services, const Caller *caller, const char *user,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who presents the token @text from @address. CARAWAY_ERROR_UNAUTHENTICATED. */
Caller *access_tokens_check(Services *services, const char *text, const char *address,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Revokes all of the account @user_id, in the transaction of @work. */
gboolean access_tokens_revoke_of(Work *work, const Caller *caller, const char *user_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
