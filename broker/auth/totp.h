/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes from a shared secret and a time step (RFC 4226, RFC 6238; SHA-1, six digits, thirty seconds: what
 * every authenticator app knows), the secrets they come from, and recovery codes. Which step counts is
 * policy/factor_window.h's to say.
 */
#pragma once

#include "broker/model/factor_code.h"

#define TOTP_SECRET_BYTES 20 /**< 160 bits: RFC 4226, section 4, R6 */

/** A new secret in @ret_secret. */
void totp_secret_make(guint8 ret_secret[TOTP_SECRET_BYTES]);

/** The code of @secret at @step in @ret_code. */
void totp_code(const guint8 secret[TOTP_SECRET_BYTES], gint64 step, char ret_code[FACTOR_CODE_DIGITS + 1]);

/** Which of the @count @steps @code is the code of: its index, or -1. Looks at all of them in any case, so
 * that the time tells nothing. */
int totp_match(const guint8 secret[TOTP_SECRET_BYTES], const gint64 *steps, guint count, const char *code);

/** @secret in base32 without padding, as people type it into an app (transfer full; secret_free()). */
char *totp_secret_text(const guint8 secret[TOTP_SECRET_BYTES]);

/** The otpauth URI by which an app takes @secret_text over, named @account at @place (nullable) (transfer
 * full; secret_free()). */
char *totp_uri(const char *secret_text, const char *account, const char *place);

/** A new recovery code, as it is compared (transfer full; secret_free()). */
char *totp_recovery_code(void);
