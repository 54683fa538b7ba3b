/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of creating requests that a client may repeat under its Idempotency-Key, on any broker of the
 * database and after any of them died. That something was made is entered in the transaction that made it
 * (work_audit() does so for a caller with a creation key); the answer follows. Owns the bookkeeping, not the
 * answers' form.
 */
#pragma once

#include "broker/service/services.h"

typedef enum {
  CREATION_NEW,        /**< the key was not used */
  CREATION_ANSWERED,   /**< the sealed answer is there */
  CREATION_UNANSWERED, /**< it was made, and whoever made it died before the answer was kept */
  CREATION_OTHER,      /**< the key was used for a request with another body */
} CreationState;

/** Looks for @key_hash of a request with a body of @body_hash. @ret_object: what was made ("user/alice"),
 * @ret_answer: the sealed answer (both transfer full; NULL where there is none). */
gboolean creation_keys_find(Services *services, const char *key_hash, const char *body_hash,
                            CreationState *ret_state, char **ret_object, char **ret_answer,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keeps the sealed @answer for @key_hash . */
gboolean creation_keys_answer(Services *services, const char *key_hash, const char *answer,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
