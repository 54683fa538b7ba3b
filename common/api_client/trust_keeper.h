/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a joined machine's list of revoked certificates fresh: asks a broker for it now and then, and at once
 * when something says that it changed. While no broker answers the last list holds. Used in the main loop.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"

typedef struct TrustKeeper TrustKeeper;

/** Asks one of @brokers every @interval_s from now on, and hands what it says to @credentials (both
 * borrowed). */
TrustKeeper *trust_keeper_new(Credentials *credentials, BrokerList *brokers, guint interval_s);

/** Asks soon: a broker said that something changed. */
void trust_keeper_poke(TrustKeeper *keeper);

/** Frees @keeper (nullable). */
void trust_keeper_free(TrustKeeper *keeper);
