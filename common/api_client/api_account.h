/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in and out and one's own account: requests and the values in their answers. Owns ApiAccount.
 */
#pragma once

#include "common/api_client/api_request.h"

/** The person who is signed in (ME in docs/protocols.md). */
typedef struct {
  char *id;
  char *name;
  char *full_name; /**< "" when there is none */
  char **roles;    /**< "administrator", "user" */
  gboolean password_change_required;
  char *second_factor; /**< how the sign-in stands: "none", "proven", or API_FACTOR_ of api_factor.h */
} ApiAccount;

/** POST /login. Answer: api_account_token_from_login() and api_account_from_login(). */
ApiRequest *api_account_login_request(const char *user, const char *password);

/** Adds to a request of api_account_login_request() the @device that an earlier one gave. */
void api_account_login_add_device(ApiRequest *request, const char *device);

/** By what the server knows this device the next time (transfer full; free with secret_free()); NULL when it
 * gives nothing. */
char *api_account_device_from_login(const ApiAnswer *answer);

/** The bearer token in the answer of a login (transfer full, wipe with secret_free()). */
char *api_account_token_from_login(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who signed in, from the answer of a login (transfer full). */
ApiAccount *api_account_from_login(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /logout. */
ApiRequest *api_account_logout_request(void);

/** GET /me. */
ApiRequest *api_account_me_request(void);

/** The account in the answer of GET /me (transfer full). */
ApiAccount *api_account_from_answer(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /me/password. */
ApiRequest *api_account_password_request(const char *old_password, const char *new_password);

/** Frees @account (nullable). */
void api_account_free(ApiAccount *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiAccount, api_account_free)
