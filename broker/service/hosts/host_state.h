/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host's way through policy/host_machine.h, with what follows for its desktops and sessions.
 */
#pragma once

#include "broker/model/host.h"
#include "broker/policy/host_machine.h"
#include "broker/service/work.h"

/** Does @event to @host and writes its row. */
gboolean host_state_step(Work *work, Host *host, HostEvent event, GError **error) G_GNUC_WARN_UNUSED_RESULT;
