/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a machine that shows a certificate is let in: signed by our authority, and not revoked. Owns
 * nothing.
 */
#pragma once

#include "broker/service/services.h"
#include "common/net/credentials.h"

/** The identity in @certificate (transfer full); CARAWAY_ERROR_UNTRUSTED when it does not count here. One
 * that is not known yet is noted down. From any thread, without the database. */
Identity *machine_check_peer(Services *services, const Credentials *credentials, X509 *certificate,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the certificate that @peer was read from still counts; @services is a Services. From any thread.
 */
gboolean machine_check_counts(const Identity *peer, gpointer services);

/** Says in @error that it does not. */
void machine_check_set_revoked(const Identity *peer, GError **error);
