/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking hosts out of service and back: nothing new is put on a host that is draining, what is free there is
 * made elsewhere, what is somebody's stays until it ends or goes off.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/host.h"
#include "broker/policy/host_duty.h"
#include "broker/service/work.h"

/** Does @event to the host @name for @caller. Returns the host as it is then (transfer full).
 * CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_CONFLICT. */
Host *host_admin_set_duty(Services *services, const Caller *caller, const char *name, HostDutyEvent event,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Lets @host, when it is draining and nothing runs there any more, come to maintenance. */
gboolean host_admin_settle(Work *work, Host *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;
