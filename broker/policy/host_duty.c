/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/host_duty.h"

/* Columns: DRAIN, MAINTAIN (of an empty one), ACTIVATE, EMPTIED. */
static const HostDuty duties[HOST_DUTIES][HOST_DUTY_EVENTS] = {
    [HOST_ACTIVE] = {HOST_DRAINING, HOST_MAINTENANCE, HOST_ACTIVE, HOST_ACTIVE},
    [HOST_DRAINING] = {HOST_DRAINING, HOST_MAINTENANCE, HOST_ACTIVE, HOST_MAINTENANCE},
    [HOST_MAINTENANCE] = {HOST_MAINTENANCE, HOST_MAINTENANCE, HOST_ACTIVE, HOST_MAINTENANCE},
};

static const char *const event_names[] = {"drain", "maintenance", "activate", "emptied"};

gboolean
host_duty_step(HostDuty duty, HostDutyEvent event, const char *name, guint running, HostDuty *ret_duty,
               GError **error)
{
  if (event == HOST_DUTY_EVENT_MAINTAIN && duty != HOST_MAINTENANCE && running > 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                running == 1
                    ? "%u desktop still runs on %s. Drain the host: it comes to maintenance by itself "
                      "when the last one has ended."
                    : "%u desktops still run on %s. Drain the host: it comes to maintenance by itself "
                      "when the last one has ended.",
                running, name);
    return FALSE;
  }
  *ret_duty = duties[duty][event];
  return TRUE;
}

const char *
host_duty_event_name(HostDutyEvent event)
{
  return event_names[event];
}
