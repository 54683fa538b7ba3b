/* SPDX-License-Identifier: Apache-2.0 */
/* From the relays that the server lists for a console to the ways in that the transport tries. */
#pragma once

#include "client/display/relay_connect.h"

/**
 * RelayTargets for @relays (ApiRelay), in their order: the portal is trusted as @server, a host's relay by
 * the CA and identity in the list. A relay that names no usable CA is left out; fails with
 * CARAWAY_ERROR_UNTRUSTED when none is left (transfer full).
 */
GPtrArray *console_targets_from_relays(GPtrArray *relays, PeerTrust *server,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
