/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a sign-in begins once it is proven whose it is, by whichever way: a random token, kept hashed, and a
 * row in the audit log.
 */
#pragma once

#include "broker/model/user.h"
#include "broker/service/services.h"

typedef struct {
  char *token; /**< secret, for the client only */
  gint64 expires_us;
  User *user;
} SignIn;

/** What was proven. */
typedef struct {
  const char *user_name;
  const char *method; /**< as the audit log says it: "password", … */
  const char *address;
  const char *client; /**< (nullable) what the client said it is, by model/client_name.h */
} SignInEntry;

/** Begins a sign-in as @entry says. Fails with CARAWAY_ERROR_NOT_FOUND, or CARAWAY_ERROR_BAD_CREDENTIALS for
 * an account that is disabled. */
SignIn *sign_in_enter(Services *services, const SignInEntry *entry, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @sign_in (nullable), wiping its token. */
void sign_in_free(SignIn *sign_in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignIn, sign_in_free)
