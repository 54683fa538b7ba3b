/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps each pool at what it should have: makes and gives up desktops, and finishes deleted pools. Called
 * when something changed and on a slow tick.
 */
#pragma once

#include "broker/service/services_private.h"

/** Compares wanted with actual for all pools, and acts; one transaction for each pool that is not as it
 * should be. */
gboolean pool_keeper_run(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;
