/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an administrator wants of a host, beside whether it answers: duty × event → duty, or why not. Pure.
 */
#pragma once

#include "broker/model/host.h"
#include "common/base/error.h"

typedef enum {
  HOST_DUTY_EVENT_DRAIN,
  HOST_DUTY_EVENT_MAINTAIN,
  HOST_DUTY_EVENT_ACTIVATE,
  HOST_DUTY_EVENT_EMPTIED, /**< its last desktop ended or went off */
  HOST_DUTY_EVENTS
} HostDutyEvent;

/**
 * What @event makes of a host called @name in @duty on which @running desktops are up or coming up.
 * CARAWAY_ERROR_CONFLICT: maintenance of a host on which something runs.
 */
gboolean host_duty_step(HostDuty duty, HostDutyEvent event, const char *name, guint running,
                        HostDuty *ret_duty, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The name of @event in the audit log and in paths (static), e.g. "drain". */
const char *host_duty_event_name(HostDutyEvent event);
