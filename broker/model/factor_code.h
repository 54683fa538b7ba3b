/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people type as the second factor: the six digits of an authenticator app, or a recovery code. Owns how
 * either is written and read.
 */
#pragma once

#include <glib.h>

#define FACTOR_CODE_DIGITS       6
#define FACTOR_RECOVERY_LETTERS  16 /**< of base32, so 80 bits */
#define FACTOR_CODE_TEXT_MAX     64 /**< nobody types more, blanks and hyphens included */
#define FACTOR_RECOVERY_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

typedef enum { FACTOR_CODE_NONE, FACTOR_CODE_TIME, FACTOR_CODE_RECOVERY } FactorCodeKind;

/** A code as it is compared. */
typedef struct {
  FactorCodeKind kind; /**< FACTOR_CODE_NONE: it can be neither */
  char text[FACTOR_RECOVERY_LETTERS + 1];
} FactorCode;

/** Reads @text, any bytes: blanks and hyphens do not count, small letters do, and what is easily taken for a
 * letter (0, 1, 8) is one. */
FactorCode factor_code_read(const char *text);

/** How a recovery code of @letters (FACTOR_RECOVERY_LETTERS of them) is shown: in groups of four (transfer
 * full). */
char *factor_code_show_recovery(const char *letters);
