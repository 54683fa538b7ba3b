/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a sign-in begins once it is proven whose it is, by whichever way: a random token, kept hashed, and a
 * row in the audit log. Where the account has a second factor, or must have one, and none was shown, the
 * sign-in begins pending: it lives ten minutes, and leads to proving or setting up the factor alone.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/second_factor.h"
#include "broker/service/work.h"

typedef struct {
  char *token; /**< secret, for the client only */
  gint64 expires_us;
  char *device; /**< (nullable: it is pending, or a machine's) secret: by it the device is known the next
                   time; stays with the client */
  gint64 device_expires_us;
  User *user;
  FactorStanding standing;
} SignIn;

/** What was proven. */
typedef struct {
  const char *user_id;       /**< the account that it was proven for */
  const char *user_name;     /**< (nullable: without code) by which wrong codes are counted */
  const char *password_hash; /**< (nullable: by no password that is kept here) what was proven holds as long
                                as it is the account's */
  const char *method;        /**< as the audit log says it: "password", … */
  const char *address;
  const char *client;            /**< (nullable) what the client said it is, by model/client_name.h */
  const char *code;              /**< (nullable) of the second factor, shown at once */
  gboolean second_factor_proven; /**< @method had a second factor of its own: none is asked for */
  const char *device;  /**< (nullable) the token that the device was known by; another one takes its place */
  gint64 lifetime_us;  /**< at most; 0: as the configuration says */
  gboolean is_machine; /**< proven by a machine's own key: nobody is there to be asked for a second factor,
                          and it is known by nothing else */
} SignInEntry;

/** Begins a sign-in as @entry says. Fails with CARAWAY_ERROR_BAD_CREDENTIALS for an account that is gone, is
 * disabled, or has another password since, and for a code that was shown CARAWAY_ERROR_WRONG_CODE or
 * CARAWAY_ERROR_THROTTLED. */
SignIn *sign_in_enter(Services *services, const SignInEntry *entry, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the pending sign-in of @caller and begins one in its place that is proven with a second factor, with
 * a token of its own; what it opened is the new one's. @device as in SignInEntry. */
SignIn *sign_in_replace(Work *work, const Caller *caller, const char *device,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @sign_in (nullable), wiping its token. */
void sign_in_free(SignIn *sign_in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignIn, sign_in_free)
