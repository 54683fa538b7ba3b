/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps what a joined machine trusts and shows fresh: asks a broker for the list of revoked certificates now
 * and then, and at once when something says that it changed; and has the machine's own certificate renewed,
 * with a new key, when two thirds of its life are over. While no broker answers the last list holds, and the
 * certificate to its end. Used in the main loop.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"

typedef struct TrustKeeper TrustKeeper;

/** What it needs. All borrowed for life. */
typedef struct {
  Credentials *credentials;
  BrokerList *brokers;
  guint interval_s; /**< how often the list is asked for */
  /** (nullable) The machine has another certificate: whoever shows it by OpenSSL reads it anew. */
  void (*renewed)(gpointer user_data);
  gpointer user_data;
} TrustKeeperParts;

/** Begins to ask. */
TrustKeeper *trust_keeper_new(const TrustKeeperParts *parts);

/** Asks soon: a broker said that something changed. */
void trust_keeper_poke(TrustKeeper *keeper);

/** Frees @keeper (nullable). */
void trust_keeper_free(TrustKeeper *keeper);
