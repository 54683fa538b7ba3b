/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that go for good: what becomes of the desktops that are booked there.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/services.h"

/**
 * Forgets the host @name with its sessions and the desktops there that are nobody's own: free and floating
 * ones are made elsewhere by the pool keeper, adopted ones are let go as they are. Its certificate is no
 * longer accepted: host_events_hello() refuses a host that is not entered.
 *
 * CARAWAY_ERROR_CONFLICT while its link is open; also, unless @force, while desktops there belong to
 * somebody, with a reason for each (of the first HOST_REMOVAL_NAMED). With @force these are lost: their
 * owners get new ones, and each loss is an audit row. CARAWAY_ERROR_NOT_FOUND.
 */
gboolean host_removal_run(Services *services, const Caller *caller, const char *name, gboolean force,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** So many desktops are named in a refusal; the others are counted. */
#define HOST_REMOVAL_NAMED 20
