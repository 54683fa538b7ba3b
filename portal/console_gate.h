/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may open a console through the portal: verifies grants, turns one-time passwords into grants, checks
 * the Origin of browsers, and names the relay that a connection goes on to. The desktop's host spends the
 * grant (docs/protocols.md, section 3); the portal keeps password -> grant only while the main channel that
 * redeemed it lives, because every channel of a stock viewer sends its password again.
 */
#pragma once

#include "common/wire/grant.h"
#include "portal/broker_client.h"
#include "portal/portal_counters.h"

typedef struct ConsoleGate ConsoleGate;

/** A gate that starts with the keys in @grant_keys (nullable) and fetches newer ones by @client when a grant
 * names one that it does not know. @counters and @client must outlive it. */
ConsoleGate *console_gate_new(BrokerClient *client, JsonArray *grant_keys, PortalCounters *counters,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** RelayOwner.admit: answers @request (transfer full), at once or when the broker has answered. */
void console_gate_admit(ConsoleGate *gate, RelayRequest *request);

/** RelayOwner.closed: forgets what belonged to the connection that ended. */
void console_gate_closed(ConsoleGate *gate, const RelayClosed *closed);

/** From now on every request is refused: for a shutdown. */
void console_gate_stop(ConsoleGate *gate);

/** Frees @gate (nullable); nothing must wait for the broker any more. */
void console_gate_free(ConsoleGate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleGate, console_gate_free)
