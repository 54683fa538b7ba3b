/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caraway-host --join: this host and its relay get their identities from the broker, once.
 */
#pragma once

#include "host/settings.h"

/**
 * Joins with @token and writes the identities into the state directories of the host and its relay; run by
 * root, the relay's folder goes to host.relay-user. Blocks. Errors: those of join_run(),
 * CARAWAY_ERROR_CONFIG.
 */
gboolean enrolment_run(const HostSettings *settings, const char *token,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
