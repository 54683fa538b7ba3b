/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a broker for the keys that grants are signed with when one names a key that the agent has not told of
 * yet: a broker began to sign while the host's link was down. Owns the pace of asking, so that invented key
 * ids cannot make the relay hammer the brokers, nor hold up the others.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"
#include "host/relay/host_state.h"

typedef struct KeyFinder KeyFinder;

/** Called once when keys have come, or could not be had. */
typedef void (*KeyFinderDone)(gpointer user_data);

/** A finder at @brokers that adds what it finds to @state; all outlive it. */
KeyFinder *key_finder_new(BrokerList *brokers, const Credentials *credentials, HostState *state);

/** Asks, at once or two seconds after the last time, then calls @done. FALSE when too many wait already:
 * @done is never called then. */
gboolean key_finder_find(KeyFinder *finder, KeyFinderDone done, gpointer user_data);

/** Frees @finder (nullable); what waits is never called. */
void key_finder_free(KeyFinder *finder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyFinder, key_finder_free)
