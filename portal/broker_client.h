/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portal's own calls to the broker, as a machine (mTLS): turning a stock viewer's one-time password into
 * a grant, and fetching the keys that grants are signed with. Owns libsoup's session, which the reverse proxy
 * uses as well.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"

#include <libsoup/soup.h>

typedef struct BrokerClient BrokerClient;

/** The answer's member, or @error: one of them is NULL. All is borrowed for the call. */
typedef void (*BrokerGrantReady)(const char *grant, const GError *error, gpointer user_data);
typedef void (*BrokerKeysReady)(JsonArray *keys, const GError *error, gpointer user_data);

/** A session for @brokers (transfer full) with @credentials (must outlive it), and at most @max_connections.
 * Brokers that one of them tells of are kept in the file @learned_path, and known again from there. */
BrokerClient *broker_client_new(BrokerList *brokers, const char *learned_path, const Credentials *credentials,
                                guint max_connections);

/** The session: verified mTLS to the broker; no redirects, cookies, decoding or caching (transfer none). */
SoupSession *broker_client_session(BrokerClient *client);

/** The brokers, of which it learns more with the keys (transfer none). */
BrokerList *broker_client_brokers(BrokerClient *client);

/** POST /internal/redeem. Errors: CARAWAY_ERROR_GRANT_*, CARAWAY_ERROR_UNREACHABLE and what else the broker
 * says. @ready is called once, later. */
void broker_client_redeem(BrokerClient *client, const char *password, BrokerGrantReady ready,
                          gpointer user_data);

/** GET /internal/grant-keys. @ready is called once, later, with [{"id", "public_key"}]. */
void broker_client_fetch_keys(BrokerClient *client, BrokerKeysReady ready, gpointer user_data);

/** Frees @client (nullable); calls under way end with an error before this returns. */
void broker_client_free(BrokerClient *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerClient, broker_client_free)
