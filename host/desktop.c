/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/log.h"
#include "host/desktop_parts.h"

gint64
desktop_now_us(const Desktop *desktop)
{
  return clock_boottime_us(desktop->owner->clock);
}

static void
tell_changed(Desktop *desktop)
{
  desktop->owner->changed(desktop, desktop->owner->user_data);
}

void
desktop_set_step(Desktop *desktop, DesktopStep step)
{
  desktop->step = step;
  desktop->since_us = desktop_now_us(desktop);
  desktop->told_percent = boot_progress_percent(step, 0, 0);
  if (step == DESKTOP_STEP_BOOTING)
    desktop->boot_us = desktop->since_us;
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.desktop = desktop->record->id), "desktop %s: %s",
            desktop->record->name, boot_progress_sentence(step));
  tell_changed(desktop);
}

Desktop *
desktop_new(DesktopOwner *owner, DesktopRecord *record)
{
  static const DesktopStep first_steps[] = {
      [DESKTOP_STAGE_CREATING] = DESKTOP_STEP_CHECKING,
      [DESKTOP_STAGE_RUNNING] = DESKTOP_STEP_BOOTING,
      [DESKTOP_STAGE_OFF] = DESKTOP_STEP_OFF,
      [DESKTOP_STAGE_FAILED] = DESKTOP_STEP_FAILED,
      [DESKTOP_STAGE_DESTROYING] = DESKTOP_STEP_REMOVING,
      [DESKTOP_STAGE_DESTROYED] = DESKTOP_STEP_REMOVING,
  };
  Desktop *desktop = g_new0(Desktop, 1);
  desktop->owner = owner;
  desktop->record = record;
  desktop->step = first_steps[record->stage];
  desktop->jobs = g_queue_new();
  desktop->since_us = desktop->boot_us = desktop_now_us(desktop);
  desktop->told_percent = boot_progress_percent(desktop->step, 0, 0);
  return desktop;
}

static void
note_ready(Desktop *desktop)
{
  if (!desktop->was_adopted)
    desktop->owner->expected_boot_ms = (desktop_now_us(desktop) - desktop->boot_us) / 1000;
  desktop_set_step(desktop, DESKTOP_STEP_READY);
}

static void
on_guest_changed(const GuestState *state, gpointer user_data)
{
  Desktop *desktop = user_data;
  if (desktop->record->stage != DESKTOP_STAGE_RUNNING)
    return;
  if (desktop->step == DESKTOP_STEP_RESTARTING) { /* the old session still talks until the guest goes down */
    tell_changed(desktop);
    return;
  }
  if (state->is_ready && desktop->step != DESKTOP_STEP_READY)
    note_ready(desktop);
  else if (!state->is_ready && state->has_answered && desktop->step != DESKTOP_STEP_WAITING)
    desktop_set_step(desktop, DESKTOP_STEP_WAITING);
  else if (!state->has_answered && desktop->step != DESKTOP_STEP_BOOTING)
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
  else
    tell_changed(desktop);
}

static void
open_port(Desktop *desktop)
{
  g_autoptr(DesktopPaths) paths = desktop_paths_new(desktop->owner->context->settings, desktop->record->id);
  guest_port_free(desktop->port);
  desktop->port = guest_port_new(paths->guest_socket, on_guest_changed, desktop);
}

void
desktop_adopt(Desktop *desktop)
{
  desktop->was_adopted = TRUE;
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_RUNNING, NULL, NULL);
  desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
  open_port(desktop);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

/* The domain is gone; the record says so from now on. */
static void
note_end(Desktop *desktop, DesktopStage stage, const char *code, const char *detail)
{
  g_clear_pointer(&desktop->port, guest_port_free);
  desktop->restart_deadline_us = 0;
  desktop->is_disk_full = FALSE;
  desktop_record_set_stage(desktop->record, stage, code, detail);
  desktop_set_step(desktop, stage == DESKTOP_STAGE_OFF ? DESKTOP_STEP_OFF : DESKTOP_STEP_FAILED);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

static void
note_booting(Desktop *desktop)
{
  desktop->restart_deadline_us = 0;
  desktop->was_adopted = FALSE;
  if (desktop->port != NULL)
    guest_port_restart(desktop->port);
  /* Firmware resets more than once, and a guest that does nothing else has failed some day. */
  if (desktop->step != DESKTOP_STEP_BOOTING)
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
}

void
desktop_take_event(Desktop *desktop, HypervisorEvent event)
{
  if (desktop->running != NULL && desktop->record->stage != DESKTOP_STAGE_RUNNING) {
    desktop->has_early_event = TRUE;
    desktop->early_event = event;
    return;
  }
  if (desktop->record->stage != DESKTOP_STAGE_RUNNING)
    return;
  switch (event) {
  case HYPERVISOR_SHUT_DOWN:
    note_end(desktop, DESKTOP_STAGE_OFF, NULL, NULL);
    break;
  case HYPERVISOR_CRASHED:
    note_end(desktop, DESKTOP_STAGE_FAILED, error_code_name(CARAWAY_ERROR_HYPERVISOR),
             "Its virtual machine ended by fault.");
    break;
  case HYPERVISOR_DESTROYED:
    note_end(desktop, DESKTOP_STAGE_FAILED, error_code_name(CARAWAY_ERROR_HYPERVISOR),
             "Its virtual machine was ended from outside Caraway.");
    break;
  case HYPERVISOR_REBOOTED:
    note_booting(desktop);
    break;
  case HYPERVISOR_DISK_FULL:
    desktop->is_disk_full = TRUE;
    tell_changed(desktop);
    break;
  case HYPERVISOR_LOST:
    break;
  }
}

void
desktop_note_missing(Desktop *desktop)
{
  if (desktop->record->stage == DESKTOP_STAGE_RUNNING && desktop_is_idle(desktop))
    desktop_take_event(desktop, HYPERVISOR_CRASHED);
}

/* What a job that ended well means for the desktop. */
void
desktop_note_done(Desktop *desktop, DesktopJobKind kind)
{
  switch (kind) {
  case DESKTOP_JOB_CREATE:
  case DESKTOP_JOB_CREATE_AGAIN:
  case DESKTOP_JOB_START:
    desktop->was_adopted = FALSE;
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
    open_port(desktop);
    break;
  case DESKTOP_JOB_RESET: /* its event says so too, unless it is lost */
    note_booting(desktop);
    break;
  case DESKTOP_JOB_RESUME:
    desktop->is_disk_full = FALSE;
    tell_changed(desktop);
    break;
  default:
    break;
  }
}

static gint64
restart_deadline_us(const Desktop *desktop)
{
  return desktop_now_us(desktop) + desktop->owner->restart_limit_ms * 1000;
}

void
desktop_note_failed(Desktop *desktop, DesktopJobKind kind, const GError *error)
{
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop->record->id, .code = error_stable_name(error)),
            "desktop %s: %s", desktop->record->name, error->message);
  if (kind == DESKTOP_JOB_REBOOT && desktop->port != NULL) { /* it goes on as it was */
    desktop->restart_deadline_us = 0;
    desktop->step = DESKTOP_STEP_BOOTING;
    on_guest_changed(guest_port_state(desktop->port), desktop);
  }
  if (kind == DESKTOP_JOB_RESET && desktop->step == DESKTOP_STEP_RESTARTING)
    desktop->restart_deadline_us = restart_deadline_us(desktop);
  if (kind != DESKTOP_JOB_CREATE && kind != DESKTOP_JOB_CREATE_AGAIN && kind != DESKTOP_JOB_START)
    return;
  /* Of one that could not be made nothing is left but this answer, for a command that comes again. */
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_FAILED, error_stable_name(error), error->message);
  desktop_set_step(desktop, DESKTOP_STEP_FAILED);
}

void
desktop_restart(Desktop *desktop, DesktopDone done, gpointer user_data)
{
  gboolean is_off = desktop->record->stage == DESKTOP_STAGE_OFF;
  if (!is_off) {
    desktop->restart_deadline_us = restart_deadline_us(desktop);
    desktop_set_step(desktop, DESKTOP_STEP_RESTARTING);
  }
  desktop_push(desktop, is_off ? DESKTOP_JOB_START : DESKTOP_JOB_REBOOT, done, user_data);
}

void
desktop_raise_epoch(Desktop *desktop, Epoch epoch, DesktopDone done, gpointer user_data)
{
  if (epoch_compare(epoch, desktop->record->epoch) > 0)
    desktop->record->epoch = epoch;
  tell_changed(desktop);
  desktop_push(desktop, DESKTOP_JOB_SAVE, done, user_data);
}

void
desktop_ask_guest(Desktop *desktop, const GuestMessage *message, DesktopDone done, gpointer user_data)
{
  if (desktop->port != NULL) {
    guest_port_request(desktop->port, message, done, user_data);
    return;
  }
  g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY, "The desktop does not run.");
  done(error, user_data);
}

static void
fail_late_boot(Desktop *desktop)
{
  g_autofree char *detail =
      g_strdup_printf("It was not ready %" G_GINT64_FORMAT " s after it was started; its boot log says more.",
                      desktop->owner->boot_limit_ms / 1000);
  /* The domain stays for whoever looks at it; destroying it is the broker's to say. */
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_FAILED, error_code_name(CARAWAY_ERROR_TIMED_OUT),
                           detail);
  desktop_set_step(desktop, DESKTOP_STEP_FAILED);
  desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

static void
watch_boot(Desktop *desktop)
{
  gint64 elapsed_ms = (desktop_now_us(desktop) - desktop->boot_us) / 1000;
  if (elapsed_ms > desktop->owner->boot_limit_ms) {
    fail_late_boot(desktop);
    return;
  }
  int percent = boot_progress_percent(desktop->step, elapsed_ms, desktop->owner->expected_boot_ms);
  if (percent != desktop->told_percent) {
    desktop->told_percent = percent;
    tell_changed(desktop);
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
  if (desktop->restart_deadline_us != 0 && desktop_now_us(desktop) > desktop->restart_deadline_us) {
    desktop->restart_deadline_us = 0;
    desktop_push(desktop, DESKTOP_JOB_RESET, NULL, NULL);
  } else if (desktop->is_disk_full && has_space_again(desktop)) {
    desktop_push(desktop, DESKTOP_JOB_RESUME, NULL, NULL);
  } else if (desktop->step == DESKTOP_STEP_BOOTING || desktop->step == DESKTOP_STEP_WAITING) {
    watch_boot(desktop);
  }
}

gboolean
desktop_is_idle(const Desktop *desktop)
{
  return desktop->running == NULL && g_queue_is_empty(desktop->jobs);
}

gboolean
desktop_is_unheard(const Desktop *desktop)
{
  return desktop->was_adopted && desktop->port != NULL && !guest_port_state(desktop->port)->has_answered;
}

const DesktopRecord *
desktop_record(const Desktop *desktop)
{
  return desktop->record;
}

void
desktop_free(Desktop *desktop)
{
  if (desktop == NULL)
    return;
  guest_port_free(desktop->port);
  desktop_queue_clear(desktop);
  g_queue_free(desktop->jobs);
  desktop_record_free(desktop->record);
  g_free(desktop);
}
