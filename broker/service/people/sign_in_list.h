/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-ins of an account, for its owner and for administrators: seen, and ended.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/services.h"

/** A sign-in as people see it. */
typedef struct {
  char *id; /**< made of its token's hash by a one-way function: names it, and opens nothing */
  char *method;
  char *client;  /**< "" when unknown */
  char *address; /**< where it began */
  gint64 created_us;
  gint64 used_us;
  gint64 expires_us;
  gboolean is_current; /**< the one of whoever asks */
} ListedSignIn;

/** Those of @user (id or name; NULL: of @caller) that hold, last used first: an array of ListedSignIn
 * (transfer full). CARAWAY_ERROR_NOT_FOUND. */
GPtrArray *sign_in_list(Services *services, const Caller *caller, const char *user,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the sign-in @id of @caller with its consoles. CARAWAY_ERROR_NOT_FOUND. */
gboolean sign_in_list_end(Services *services, const Caller *caller, const char *id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends all of @user (id or name; NULL: of @caller) with their consoles, but the one of @caller. */
gboolean sign_in_list_end_all(Services *services, const Caller *caller, const char *user,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @sign_in (nullable). */
void listed_sign_in_free(ListedSignIn *sign_in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListedSignIn, listed_sign_in_free)
