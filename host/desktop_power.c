/* SPDX-License-Identifier: Apache-2.0 */
/* How a desktop goes off, comes back and is found to have ended: by itself, when asked, or by fault. */
#include "common/base/error.h"
#include "host/desktop_parts.h"

void
desktop_note_end(Desktop *desktop, DesktopStage stage, const char *code, const char *detail)
{
  gboolean comes_back = desktop->record->wish == DESKTOP_WISH_OFF_THEN_ON;
  g_clear_pointer(&desktop->port, guest_port_free);
  desktop->restart_deadline_us = desktop->stop_deadline_us = 0;
  desktop->is_disk_full = FALSE;
  desktop->record->wish = DESKTOP_WISH_NONE;
  desktop_record_set_stage(desktop->record, stage, code, detail);
  desktop_set_step(desktop, stage == DESKTOP_STAGE_OFF ? DESKTOP_STEP_OFF : DESKTOP_STEP_FAILED);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
  if (comes_back)
    desktop_push(desktop, DESKTOP_JOB_START, NULL, NULL);
}

/* It ended and its guest did not say so. One that is kept is off then, and somebody may start it again. */
static void
note_fault(Desktop *desktop, HypervisorEvent event, const char *detail)
{
  gboolean is_theirs = event == HYPERVISOR_DESTROYED && desktop->record->kind == HOST_KIND_ADOPTED;
  if (desktop->record->wish != DESKTOP_WISH_NONE || is_theirs) /* it was to end */
    desktop_note_end(desktop, DESKTOP_STAGE_OFF, NULL, NULL);
  else
    desktop_note_end(desktop,
                     desktop_record_is_kept(desktop->record) ? DESKTOP_STAGE_OFF : DESKTOP_STAGE_FAILED,
                     error_code_name(CARAWAY_ERROR_HYPERVISOR), detail);
}

void
desktop_note_booting(Desktop *desktop)
{
  desktop->restart_deadline_us = 0;
  desktop->was_taken_over = FALSE;
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_RUNNING, NULL, NULL);
  if (desktop->port != NULL)
    guest_port_restart(desktop->port);
  /* Firmware resets more than once, and a guest that does nothing else has failed some day. */
  if (desktop->step != DESKTOP_STEP_BOOTING)
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
}

/* Others may start what they own; ours are started here alone. */
static void
note_started(Desktop *desktop)
{
  DesktopStage stage = (DesktopStage)desktop->record->stage;
  if (desktop->record->kind != HOST_KIND_ADOPTED ||
      (stage != DESKTOP_STAGE_OFF && stage != DESKTOP_STAGE_FAILED))
    return;
  desktop->was_taken_over = FALSE;
  desktop_come_up(desktop);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

void
desktop_take_event(Desktop *desktop, HypervisorEvent event)
{
  if (desktop->running != NULL && desktop->record->stage != DESKTOP_STAGE_RUNNING) {
    desktop->has_early_event = TRUE;
    desktop->early_event = event;
    return;
  }
  if (event == HYPERVISOR_STARTED) {
    note_started(desktop);
    return;
  }
  if (desktop->record->stage != DESKTOP_STAGE_RUNNING)
    return;
  switch (event) {
  case HYPERVISOR_SHUT_DOWN:
    desktop_note_end(desktop, DESKTOP_STAGE_OFF, NULL, NULL);
    break;
  case HYPERVISOR_CRASHED:
    note_fault(desktop, event, "Its virtual machine ended by fault.");
    break;
  case HYPERVISOR_DESTROYED:
    note_fault(desktop, event, "Its virtual machine was ended from outside Caraway.");
    break;
  case HYPERVISOR_REBOOTED:
    desktop_note_booting(desktop);
    break;
  case HYPERVISOR_DISK_FULL: /* what an adopted one writes to is not ours to watch */
    if (desktop->record->kind == HOST_KIND_ADOPTED)
      break;
    desktop->is_disk_full = TRUE;
    desktop_tell_changed(desktop);
    break;
  case HYPERVISOR_STARTED:
  case HYPERVISOR_LISTED:
  case HYPERVISOR_LOST:
    break;
  }
}

void
desktop_note_seen(Desktop *desktop, gboolean is_running)
{
  if (!desktop_is_idle(desktop))
    return;
  if (is_running)
    note_started(desktop);
  else if (desktop->record->stage == DESKTOP_STAGE_RUNNING)
    desktop_take_event(desktop, HYPERVISOR_CRASHED);
}

/* Nothing is kept of a floating one; the others get the time that switching off gets. */
static gint64
restart_limit_ms(const Desktop *desktop)
{
  return desktop->record->kind == HOST_KIND_FLOATING ? desktop->owner->restart_limit_ms
                                                     : desktop->owner->stop_limit_ms;
}

static gint64
restart_deadline_us(const Desktop *desktop)
{
  return desktop_now_us(desktop) + restart_limit_ms(desktop) * 1000;
}

void
desktop_note_reset_failed(Desktop *desktop)
{
  if (desktop->step == DESKTOP_STEP_RESTARTING)
    desktop->restart_deadline_us = restart_deadline_us(desktop);
}

static gboolean
is_stopping(const Desktop *desktop)
{
  return desktop->record->wish != DESKTOP_WISH_NONE;
}

static gint64
stop_deadline_us(const Desktop *desktop)
{
  return desktop_now_us(desktop) + desktop->owner->stop_limit_ms * 1000;
}

/* An adopted machine is never ended by us: it goes on, and why it did not do what it was asked is said. */
static void
go_on_unmoved(Desktop *desktop, const char *code, const char *detail)
{
  desktop->stop_deadline_us = desktop->restart_deadline_us = 0;
  desktop->record->wish = DESKTOP_WISH_NONE;
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_RUNNING, code, detail);
  desktop_set_step(desktop, DESKTOP_STEP_READY);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

void
desktop_note_stop_failed(Desktop *desktop, const GError *error)
{
  if (is_stopping(desktop) && desktop->record->kind == HOST_KIND_ADOPTED)
    go_on_unmoved(desktop, error_stable_name(error), error->message);
  else if (is_stopping(desktop) && desktop->stop_deadline_us == 0)
    desktop->stop_deadline_us = stop_deadline_us(desktop);
}

void
desktop_shut_down(Desktop *desktop, DesktopWish wish, DesktopDone done, gpointer user_data)
{
  gboolean was_asked = is_stopping(desktop) && desktop->stop_deadline_us != 0;
  desktop->record->wish = (int)wish;
  if (was_asked) {
    desktop_push(desktop, DESKTOP_JOB_SAVE, done, user_data);
    return;
  }
  desktop->restart_deadline_us = 0;
  desktop->stop_deadline_us = stop_deadline_us(desktop);
  desktop_set_step(desktop, DESKTOP_STEP_STOPPING);
  desktop_push(desktop, DESKTOP_JOB_SHUTDOWN, done, user_data);
}

void
desktop_start(Desktop *desktop, DesktopDone done, gpointer user_data)
{
  if (is_stopping(desktop))
    desktop_shut_down(desktop, DESKTOP_WISH_OFF_THEN_ON, done, user_data);
  else
    desktop_push(desktop, DESKTOP_JOB_START, done, user_data);
}

void
desktop_restart(Desktop *desktop, DesktopDone done, gpointer user_data)
{
  if (desktop->record->stage == DESKTOP_STAGE_OFF || is_stopping(desktop)) {
    desktop_start(desktop, done, user_data);
    return;
  }
  desktop->restart_deadline_us = restart_deadline_us(desktop);
  desktop_set_step(desktop, DESKTOP_STEP_RESTARTING);
  desktop_push(desktop, DESKTOP_JOB_REBOOT, done, user_data);
}

void
desktop_reset(Desktop *desktop, DesktopDone done, gpointer user_data)
{
  if (desktop->record->stage == DESKTOP_STAGE_OFF) {
    desktop_start(desktop, done, user_data);
    return;
  }
  desktop->record->wish = DESKTOP_WISH_NONE;
  desktop->stop_deadline_us = 0;
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
  desktop_push(desktop, DESKTOP_JOB_RESET, done, user_data);
}

/* The domain stays for whoever looks at it; destroying it is the broker's to say. One that is kept is not
 * given up: it may take long for once. */
static void
note_late_boot(Desktop *desktop)
{
  if (desktop->record->code != NULL)
    return;
  gboolean is_kept = desktop_record_is_kept(desktop->record);
  g_autofree char *detail =
      g_strdup_printf("It was not ready %" G_GINT64_FORMAT " s after it was started; its boot log says more.",
                      desktop->owner->boot_limit_ms / 1000);
  desktop_record_set_stage(desktop->record, is_kept ? DESKTOP_STAGE_RUNNING : DESKTOP_STAGE_FAILED,
                           error_code_name(CARAWAY_ERROR_TIMED_OUT), detail);
  if (is_kept)
    desktop_tell_changed(desktop);
  else
    desktop_set_step(desktop, DESKTOP_STEP_FAILED);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

static void
watch_boot(Desktop *desktop)
{
  gint64 elapsed_ms = (desktop_now_us(desktop) - desktop->boot_us) / 1000;
  if (elapsed_ms > desktop->owner->boot_limit_ms) {
    note_late_boot(desktop);
    return;
  }
  int percent = boot_progress_percent(desktop->step, elapsed_ms, desktop->owner->expected_boot_ms);
  if (percent != desktop->told_percent) {
    desktop->told_percent = percent;
    desktop_tell_changed(desktop);
  }
}

static gboolean
has_space_again(const Desktop *desktop)
{
  const HostSettings *settings = desktop->owner->context->settings;
  HostCapacity capacity;
  hypervisor_measure(desktop->owner->context->hypervisor, settings->state_directory, &capacity);
  return capacity.disk_free_mib >= settings->reserved_disk_mib;
}

/* It was asked @what and did not do so in time; @force does it. */
static void
end_patience(Desktop *desktop, const char *what, DesktopJobKind force)
{
  desktop->stop_deadline_us = desktop->restart_deadline_us = 0;
  if (desktop->record->kind != HOST_KIND_ADOPTED) {
    desktop_push(desktop, force, NULL, NULL);
    return;
  }
  g_autofree char *detail = g_strdup_printf("It was asked to %s and did not within %" G_GINT64_FORMAT " s.",
                                            what, desktop->owner->stop_limit_ms / 1000);
  go_on_unmoved(desktop, error_code_name(CARAWAY_ERROR_TIMED_OUT), detail);
}

static void
watch_guest(Desktop *desktop)
{
  if (desktop->step != DESKTOP_STEP_BOOTING && desktop->step != DESKTOP_STEP_WAITING)
    return;
  if (desktop->record->kind == HOST_KIND_ADOPTED)
    desktop_push(desktop, DESKTOP_JOB_PROBE, NULL, NULL);
  watch_boot(desktop);
}

void
desktop_tick(Desktop *desktop)
{
  if (!desktop_is_idle(desktop))
    return;
  if (desktop->record->stage == DESKTOP_STAGE_DESTROYING) {
    desktop_push(desktop, DESKTOP_JOB_DESTROY, NULL, NULL);
    return;
  }
  if (desktop->record->stage != DESKTOP_STAGE_RUNNING)
    return;
  if (desktop->stop_deadline_us != 0 && desktop_now_us(desktop) > desktop->stop_deadline_us) {
    end_patience(desktop, "switch off", DESKTOP_JOB_POWER_OFF);
  } else if (desktop->restart_deadline_us != 0 && desktop_now_us(desktop) > desktop->restart_deadline_us) {
    end_patience(desktop, "restart", DESKTOP_JOB_RESET);
  } else if (desktop->is_disk_full && has_space_again(desktop)) {
    desktop_push(desktop, DESKTOP_JOB_RESUME, NULL, NULL);
  } else {
    watch_guest(desktop);
  }
}
