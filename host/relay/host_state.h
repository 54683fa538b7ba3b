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

/** FALSE when @grant_text names a key that host_state_add_keys() might bring; TRUE also for one that the
 * agent took back, and for what no key can make a grant. */
gboolean host_state_may_know(const HostState *state, const char *grant_text);

/** Whether the key that @grant_text names was revoked: what it opened ends. */
gboolean host_state_is_revoked(const HostState *state, const char *grant_text);

/** Adds those of @array, [{"id", "public_key"}] as a broker gives them, that are new here and that the agent
 * did not take back: the agent's next list alone counts again. CARAWAY_ERROR_INVALID. */
gboolean host_state_add_keys(HostState *state, JsonArray *array, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @state (nullable). */
void host_state_free(HostState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostState, host_state_free)
