/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking another broker of the installation, over mutual TLS, for what only the one can tell that holds a
 * host's link.
 */
#pragma once

#include "common/net/credentials.h"

/** The boot log of @desktop_id from the broker at @url, within @limit_ms (transfer full). Blocks. Fails with
 * what that broker says, CARAWAY_ERROR_UNREACHABLE or CARAWAY_ERROR_TIMED_OUT. */
char *peer_broker_boot_log(const Credentials *credentials, const char *url, const char *desktop_id,
                           guint limit_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
