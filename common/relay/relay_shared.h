/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all threads of one engine share: limits, TLS contexts, the ticket key (all fixed after the start), the
 * counters and the mailbox. Private to common/relay.
 */
#pragma once

#include "common/relay/relay_crowd.h"
#include "common/relay/relay_engine.h"
#include "common/relay/relay_mailbox.h"

#include <openssl/evp.h>
#include <stdatomic.h>

typedef atomic_uint_fast64_t RelayCounter;

typedef struct RelayUnsettled RelayUnsettled;

typedef struct {
  SSL_CTX *server_tls, *client_tls;
  const Credentials *credentials; /* of which threads use what never changes, and the list of revoked ones */
  guint max_connections;
  gint64 setup_limit_us;
  RelayOwner owner;
  gpointer owner_data; /* for the owner's thread alone */
  EVP_PKEY *ticket_key;
  guint8 ticket_public_key[SPICE_LINK_KEY_SIZE];
  RelayMailbox *mailbox;
  RelayUnsettled *unsettled;
  RelayCrowd *crowd;
  RelayCounter accepted, active, refused, over_limit, over_address_limit;
  RelayCounter handshakes_failed, timed_out, malformed, violations, unparsed_streams;
  RelayCounter to_client_bytes, to_server_bytes;
} RelayShared;

/** Adds @amount to @counter from any thread. */
static inline void
relay_counter_add(RelayCounter *counter, guint64 amount)
{
  atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}
