/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/desktop_parts.h"

static HostPower
power_of(const Desktop *desktop)
{
  switch ((DesktopStage)desktop->record->stage) {
  case DESKTOP_STAGE_CREATING:
    return desktop->step == DESKTOP_STEP_STARTING ? HOST_POWER_STARTING : HOST_POWER_CLONING;
  case DESKTOP_STAGE_RUNNING:
    return desktop->step == DESKTOP_STEP_READY || desktop->step == DESKTOP_STEP_STOPPING
               ? HOST_POWER_UP
               : HOST_POWER_STARTING;
  case DESKTOP_STAGE_FAILED:
    return HOST_POWER_FAILED;
  default:
    return HOST_POWER_OFF;
  }
}

void
desktop_describe(const Desktop *desktop, HostDesktop *ret_description)
{
  const DesktopRecord *record = desktop->record;
  HostDesktop description = {
      .id = record->id,
      .name = record->name,
      .pool = record->pool,
      .epoch = record->epoch,
      .kind = record->kind,
      .power = (int)power_of(desktop),
      .step = boot_progress_sentence(desktop->step),
      .progress = desktop->told_percent,
      .since_ms = (desktop_now_us(desktop) - desktop->since_us) / 1000,
      .code = record->code,
      .detail = record->detail,
  };
  if (desktop->port != NULL) {
    const GuestState *state = guest_port_state(desktop->port);
    /* One that switches off is up, but nobody is to be sent there. */
    gboolean is_ready = state->is_ready && record->wish == DESKTOP_WISH_NONE;
    description.guest = (HostGuest){is_ready, state->user, state->idle_ms, state->is_locked};
  }
  if (record->kind == HOST_KIND_ADOPTED)
    description.guest =
        (HostGuest){.ready = desktop->step == DESKTOP_STEP_READY && record->wish == DESKTOP_WISH_NONE,
                    .idle_ms = HOST_IDLE_UNKNOWN};
  if (desktop->is_disk_full) {
    description.code = error_code_name(CARAWAY_ERROR_NO_SPACE);
    description.detail = "The host's disk is full; the desktop stands still until there is space.";
  }
  *ret_description = description;
}
