/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of our installation that do not count any more: the last signed list that the broker gave,
 * kept in a file, so that it also holds after a restart while no broker answers. A list that is older than
 * the one that is known is refused. Safe from any thread.
 */
#pragma once

#include "common/net/openssl.h"

typedef struct Revocations Revocations;

/** No list; @path (nullable) is where one is kept. */
Revocations *revocations_new(const char *path);

/** Reads the file, if there is one, and takes it over when one of @authorities (X509) signed it. Fails with
 * CARAWAY_ERROR_CONFIG when it cannot be used. */
gboolean revocations_load(Revocations *revocations, const GPtrArray *authorities,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the list @pem over and keeps it when one of @authorities signed it and its number is not lower than
 * that of the known one: CARAWAY_ERROR_UNTRUSTED else. @ret_changed (nullable) tells whether it is another.
 */
gboolean revocations_take(Revocations *revocations, const char *pem, const GPtrArray *authorities,
                          gboolean *ret_changed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @certificate is on the list. */
gboolean revocations_has(Revocations *revocations, X509 *certificate);

/** Frees @revocations (nullable). */
void revocations_free(Revocations *revocations);
