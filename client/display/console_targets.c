/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/console_targets.h"

#include <glib/gi18n.h>

#include "common/api_client/api_session.h"
#include "common/base/error.h"
#include "common/base/log.h"

static PeerTrust *
trust_for(const ApiRelay *relay, PeerTrust *server, GError **error)
{
  if (g_strcmp0(relay->site, "portal") == 0)
    return peer_trust_ref(server);
  if (relay->ca == NULL || relay->identity == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "the server named a relay without saying who it is");
    return NULL;
  }
  return peer_trust_new_relay(relay->ca, relay->identity, error);
}

GPtrArray *
console_targets_from_relays(GPtrArray *relays, PeerTrust *server, GError **error)
{
  g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func((GDestroyNotify)relay_target_free);
  for (guint i = 0; i < relays->len; i++) {
    const ApiRelay *relay = relays->pdata[i];
    g_autoptr(GError) cause = NULL;
    g_autoptr(PeerTrust) trust = trust_for(relay, server, &cause);
    if (trust != NULL)
      g_ptr_array_add(targets, relay_target_new(relay->site, relay->address, relay->port, trust));
    else
      log_warning("the way by %s port %u is left out: %s", relay->address, relay->port, cause->message);
  }
  if (targets->len > 0)
    return g_steal_pointer(&targets);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
              _("The server named no way to the desktop that can be trusted."));
  return NULL;
}
