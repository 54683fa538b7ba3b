/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TLS connection to a portal or relay, up to the point where SPICE may be spoken: connect, TLS, CONNECT
 * with the grant, answer. Asynchronous in the caller's thread-default main context, within one time limit.
 */
#pragma once

#include <gio/gio.h>

#include "client/display/peer_trust.h"

/** A way in: where, and who must answer there. */
typedef struct {
  char *site; /**< "portal" or "host", as the server calls it */
  char *address;
  guint16 port;
  PeerTrust *trust;
} RelayTarget;

/** A target of copies of @site and @address and a reference to @trust. */
RelayTarget *relay_target_new(const char *site, const char *address, guint16 port, PeerTrust *trust);

/** Frees @target (nullable). */
void relay_target_free(RelayTarget *target);

/**
 * Starts connecting to @target (borrowed until the callback) with @grant; everything together must be done
 * within @limit_ms.
 */
void relay_connect_async(const RelayTarget *target, const char *grant, guint limit_ms,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/**
 * The connection, on which the client speaks SPICE first (transfer full). Fails with an error of
 * CARAWAY_ERROR: UNREACHABLE, TIMED_OUT, UNTRUSTED, PROTOCOL, or what the relay refused with; or with
 * G_IO_ERROR_CANCELLED.
 */
GIOStream *relay_connect_finish(GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayTarget, relay_target_free)
