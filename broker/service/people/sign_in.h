/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in and out, and one's own account. A sign-in is a random token, stored hashed, with an idle and an
 * absolute limit. Wrong names and wrong passwords are told apart by nothing, not by time either; repeated
 * ones are slowed down by account and by address.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/people/sign_in_entry.h"

/** Where a try to sign in comes from. */
typedef struct {
  const char *address; /**< "" when unknown */
  const char *device;  /**< (nullable) the token of a known device that it brings; secret */
  const char *client;  /**< (nullable) by model/client_name.h */
} SignInOrigin;

/**
 * Checks @password of @name and begins a sign-in from @origin. Fails with CARAWAY_ERROR_BAD_CREDENTIALS
 * (also for a disabled account), CARAWAY_ERROR_THROTTLED, CARAWAY_ERROR_OVERLOADED.
 */
SignIn *sign_in_begin(Services *services, const char *name, const char *password, const SignInOrigin *origin,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As sign_in_begin(), with a @code (nullable) of the account's second factor at once;
 * CARAWAY_ERROR_WRONG_CODE. */
SignIn *sign_in_begin_with_code(Services *services, const char *name, const char *password, const char *code,
                                const SignInOrigin *origin, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether sign_in_begin() for @name would wait for servers that are not ours. */
gboolean sign_in_may_wait(Services *services, const char *name, gboolean *ret_may_wait,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether to call sign_in_pretend() after sign_in_begin() refused with @refusal without waiting. */
gboolean sign_in_is_to_pretend(Services *services, const GError *refusal);

/** Refuses @name as a wrong password does, after the time that a name takes that nobody here has. */
void sign_in_pretend(Services *services, const char *name, GError **error);

/**
 * Who presents @token (nullable) from @address. Fails with CARAWAY_ERROR_UNAUTHENTICATED. Where
 * second_factor_pending is set, second_factor.h says what is to be let through. Where
 * password_change_required is set on the result, only sign_in_user(), sign_in_change_password() and
 * sign_in_end() are to be let through (CARAWAY_ERROR_PASSWORD_EXPIRED else).
 */
Caller *sign_in_check(Services *services, const char *token, const char *address,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the sign-in of @caller; its token is worth nothing from then on. While the database is away that
 * holds for this broker at once, for others when it is back. */
gboolean sign_in_end(Services *services, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The account of @caller (transfer full). */
User *sign_in_user(Services *services, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @password is that of @caller, who acts on its own account: CARAWAY_ERROR_BAD_CREDENTIALS,
 * CARAWAY_ERROR_THROTTLED. */
gboolean sign_in_check_password(Services *services, const Caller *caller, const char *password,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Changes the password of @caller and ends its other sign-ins. Fails with CARAWAY_ERROR_BAD_CREDENTIALS when
 * @old_password is wrong, CARAWAY_ERROR_WEAK_PASSWORD with reasons, CARAWAY_ERROR_THROTTLED.
 */
gboolean sign_in_change_password(Services *services, const Caller *caller, const char *old_password,
                                 const char *new_password, GError **error) G_GNUC_WARN_UNUSED_RESULT;
