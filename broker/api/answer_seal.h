/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as they may lie in the database: encrypted with a key that only the client who asked can bring
 * again (libsodium secretbox; the key is derived from the client's Idempotency-Key, of which the database
 * holds a hash). A join token or whatever else an answer carries is so never stored in clear.
 */
#pragma once

#include "broker/api/answer.h"

/** The text of @answer (no stream) for the database (transfer full), to be opened with @secret again. */
char *answer_seal(const Answer *answer, const char *secret);

/** The answer that @text was sealed from (transfer full); CARAWAY_ERROR_INVALID when @secret is not that one
 * or @text is damaged. */
Answer *answer_unseal(const char *text, const char *secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;
