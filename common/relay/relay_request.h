/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A console connection that asks its owner to go on, and the owner's answers. Owns copies of what the client
 * said; the grant or password in it is wiped with the last reference. Each request is answered once, on the
 * owner's thread, at once or later (within the engine's limits the client waits). An answer for a client that
 * has gone is harmless.
 */
#pragma once

#include "common/base/error.h"
#include "common/spice/spice_channel.h"
#include "common/spice/spice_link.h"

typedef struct RelayRequest RelayRequest;

typedef enum {
  RELAY_WAY_CONNECT,            /**< CONNECT desktop:0 with a grant */
  RELAY_WAY_WEBSOCKET,          /**< WebSocket caraway.v1 with a grant */
  RELAY_WAY_WEBSOCKET_PASSWORD, /**< WebSocket `binary` (spice-html5), password in the SPICE ticket */
  RELAY_WAY_SPICE,              /**< stock viewer, password in the SPICE ticket */
} RelayWay;

/** What an admitted connection may do. */
typedef struct {
  SpiceChannelSet channels; /**< the kinds that the grant allows; the engine refuses others */
} RelayPolicy;

/** An upstream that is reached by TLS and CONNECT. Everything is copied. */
typedef struct {
  const char *address; /**< IP address or name of the relay */
  guint16 port;
  const char *identity; /**< whom the peer's certificate must name, "relay/kvm1" */
  const char *grant;    /**< presented there */
} RelayTarget;

/** The number of this connection, never used again by this engine. */
guint64 relay_request_connection(const RelayRequest *request);

/** By which way the client came in. */
RelayWay relay_request_way(const RelayRequest *request);

/** The grant (CONNECT, WEBSOCKET) or the password (the other two) that the client presented (transfer none).
 */
const char *relay_request_credential(const RelayRequest *request);

/**
 * The SPICE link message, NULL when it has not come yet: clients of CONNECT and WEBSOCKET wait for the answer
 * to their request first. Then either relay_request_read_link(), or admit and let the policy judge it.
 */
const SpiceLinkMessage *relay_request_link(const RelayRequest *request);

/** The peer's address as text. */
const char *relay_request_client_address(const RelayRequest *request);

/** Caraway-Client-Address from a peer of role portal, which is the only one believed; else NULL. */
const char *relay_request_forwarded_address(const RelayRequest *request);

/** The identity in the peer's verified certificate ("portal/edge1"); NULL when it presented none. */
const char *relay_request_peer_identity(const RelayRequest *request);

/**
 * For a request without a link: say yes to the client (200, or the WebSocket upgrade) and ask again, with a
 * new request of the same connection, once the link has come. A refusal then can only be a SPICE link error.
 */
void relay_request_read_link(RelayRequest *request);

/** Refuses with @code and the sentence @detail, in the form that the client's way understands; then closes.
 */
void relay_request_refuse(RelayRequest *request, CarawayErrorCode code, const char *detail);

/** Admits to a SPICE server behind @fd, a connected stream socket (transfer full). */
void relay_request_admit_fd(RelayRequest *request, const RelayPolicy *policy, int fd);

/**
 * Admits to the relay @target. Its refusal (code and detail of its problem document) is passed to the client
 * when the client's own request has not been answered yet.
 */
void relay_request_admit_target(RelayRequest *request, const RelayPolicy *policy, const RelayTarget *target);

/** Takes another reference. */
RelayRequest *relay_request_ref(RelayRequest *request);

/** Drops a reference (nullable). */
void relay_request_unref(RelayRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayRequest, relay_request_unref)
