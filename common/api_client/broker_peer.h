/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A joined machine's requests to its broker with libsoup: our certificate is presented, and the answer is
 * believed only from a broker of our installation, whatever name its address has.
 */
#pragma once

#include "common/net/credentials.h"

#include <libsoup/soup.h>

/** Prepares @message (https), which must not have been sent. @credentials must outlive it. Use a SoupSession
 * made with broker_peer_session_new(). */
void broker_peer_prepare(SoupMessage *message, const Credentials *credentials);

/** Whether anything of the prepared @message may have gone to the broker. */
gboolean broker_peer_was_sent(SoupMessage *message);

/** Whether the prepared @message, which failed without an answer, may be sent to another broker: because it
 * only reads, or because nobody can have taken it. */
gboolean broker_peer_may_repeat(SoupMessage *message);

/** A session for such messages (transfer full): no proxy, an empty trust database, so that every peer is
 * put before broker_peer_prepare()'s check; @timeout_s bounds each wait for bytes. */
SoupSession *broker_peer_session_new(guint timeout_s);
