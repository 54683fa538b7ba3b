/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time alone brings about: hosts that were silent for too long, rows that expired, and at the start what
 * a crash left half done.
 */
#pragma once

#include "broker/service/services_private.h"

/** Hosts that nobody waits for any more are down. */
gboolean housekeeping_give_up_hosts(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes whether the clock that rows carry was set; at every turn, so that a day of it is no day of theirs.
 */
void housekeeping_look_at_clock(Services *services);

/** By how much that clock was set forward within the last day and not back again; from any thread. */
gint64 housekeeping_clock_forward_us(Services *services);

/** Deletes sign-ins, tokens, passwords, keys and ended sessions whose time is over. */
gboolean housekeeping_delete_expired(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** No desktop has an owner without a session: makes it so. */
gboolean housekeeping_recover(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;
