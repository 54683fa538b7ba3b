/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent has told the relay: the keys that sign grants, the broker's time, and which desktops are on
 * this host. Reads the agent's messages (docs/protocols.md section 4); consoles are none of its business.
 */
#pragma once

#include "common/wire/grant.h"
#include "host/relay/broker_clock.h"
#include "host/relay/spent_store.h"

typedef struct HostState HostState;

/** A state that knows the keys in @keys (nullable array of join.json) only. @clock and @store must outlive
 * it. */
HostState *host_state_new(JsonArray *keys, const Clock *clock, SpentStore *store,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the messages `state`, `keys`, `time`, `desktop` and `desktop-gone`. @ret_is_known is FALSE for
 * others. CARAWAY_ERROR_INVALID when @message does not have its shape; nothing has changed then. */
gboolean host_state_take(HostState *state, const char *type, JsonObject *message, gboolean *ret_is_known,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether an agent has ever told its whole state: before, nothing can be judged. */
gboolean host_state_is_known(const HostState *state);

/** Whether @desktop is on this host. */
gboolean host_state_has_desktop(const HostState *state, const char *desktop);

/** The broker's time in seconds since 1970; only when host_state_is_known(). */
gint64 host_state_now_s(const HostState *state);

/** The keys (transfer none). */
const GrantKeySet *host_state_keys(const HostState *state);

/** Frees @state (nullable). */
void host_state_free(HostState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostState, host_state_free)
