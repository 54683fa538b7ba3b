/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token that a request presents, in a header or in the browsers' cookie, and the rules against requests
 * that a foreign page had the browser send. Pure: texts in, a decision out.
 */
#pragma once

#include "broker/api/request.h"

#define SIGN_IN_COOKIE "__Host-caraway"
#define DEVICE_COOKIE  "__Host-caraway-device"

/** The token in the header Authorization @authorization (nullable) or in the header Cookie @cookie
 * (nullable), whose use is told by @ret_by_cookie (transfer full); NULL without one. The header goes before
 * the cookie. */
char *sign_in_token_find(const char *authorization, const char *cookie, gboolean *ret_by_cookie);

/** The token of a known device in the header Cookie @cookie (nullable; transfer full); NULL without one. */
char *sign_in_token_find_device(const char *cookie);

/** Refuses (CARAWAY_ERROR_FORBIDDEN) a request that changes something and comes from a foreign origin, or by
 * the cookie without X-Caraway-Request. */
gboolean sign_in_token_check_origin(const Request *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Set-Cookie for @token, which lives @lifetime_s (transfer full); 0 takes the cookie back. */
char *sign_in_token_cookie(const char *token, gint64 lifetime_s);

/** The same for the token of a known device, which outlives the sign-in. */
char *sign_in_token_device_cookie(const char *token, gint64 lifetime_s);

/** The cookie of a browser that is signing in by an OpenID provider. */
#define OIDC_COOKIE "__Host-caraway-oidc"

/** The secret in that cookie (transfer full; nullable); @cookie: the header (nullable). */
char *sign_in_token_find_oidc(const char *cookie);

/** The Set-Cookie value that keeps @secret for @lifetime_s (transfer full). */
char *sign_in_token_oidc_cookie(const char *secret, gint64 lifetime_s);
