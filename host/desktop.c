/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/log.h"
#include "host/desktop_parts.h"

/* How long the guest agent of an adopted machine that was just started is waited for. */
#define AGENT_PATIENCE_US (60 * G_USEC_PER_SEC)

gint64
desktop_now_us(const Desktop *desktop)
{
  return clock_boottime_us(desktop->owner->clock);
}

void
desktop_tell_changed(Desktop *desktop)
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
  desktop_tell_changed(desktop);
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
  if (!desktop->was_taken_over && desktop->record->kind != HOST_KIND_ADOPTED)
    desktop->owner->expected_boot_ms = (desktop_now_us(desktop) - desktop->boot_us) / 1000;
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_RUNNING, NULL,
                           NULL); /* if it was late, it is no more */
  desktop_set_step(desktop, DESKTOP_STEP_READY);
}

static void
on_guest_changed(const GuestState *state, gpointer user_data)
{
  Desktop *desktop = user_data;
  if (desktop->record->stage != DESKTOP_STAGE_RUNNING)
    return;
  if (desktop->step == DESKTOP_STEP_RESTARTING ||
      desktop->step == DESKTOP_STEP_STOPPING) { /* the old session still talks until the guest goes down */
    desktop_tell_changed(desktop);
    return;
  }
  if (state->is_ready && desktop->step != DESKTOP_STEP_READY)
    note_ready(desktop);
  else if (!state->is_ready && state->has_answered && desktop->step != DESKTOP_STEP_WAITING)
    desktop_set_step(desktop, DESKTOP_STEP_WAITING);
  else if (!state->has_answered && desktop->step != DESKTOP_STEP_BOOTING)
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
  else
    desktop_tell_changed(desktop);
}

/* In one that was adopted there is no agent of ours: it is looked at from outside. */
static void
open_port(Desktop *desktop)
{
  if (desktop->record->kind == HOST_KIND_ADOPTED) {
    desktop_push(desktop, DESKTOP_JOB_PROBE, NULL, NULL);
    return;
  }
  g_autoptr(DesktopPaths) paths = desktop_paths_of(desktop->owner->context->settings, desktop->record);
  guest_port_free(desktop->port);
  desktop->port = guest_port_new(paths->guest_socket, on_guest_changed, desktop);
}

void
desktop_come_up(Desktop *desktop)
{
  desktop_record_set_stage(desktop->record, DESKTOP_STAGE_RUNNING, NULL, NULL);
  desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
  open_port(desktop);
}

void
desktop_take_over(Desktop *desktop)
{
  desktop->was_taken_over = TRUE;
  desktop_come_up(desktop);
  if (desktop->record->wish == DESKTOP_WISH_NONE)
    desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
  else /* who asked may not ask again */
    desktop_shut_down(desktop, (DesktopWish)desktop->record->wish, NULL, NULL);
}

static void
note_adopted(Desktop *desktop)
{
  if (desktop->record->stage == DESKTOP_STAGE_RUNNING)
    desktop_take_over(desktop);
  else
    desktop_set_step(desktop, DESKTOP_STEP_OFF);
}

static void
note_usable(Desktop *desktop)
{
  if (desktop->record->stage == DESKTOP_STAGE_RUNNING && desktop->step == DESKTOP_STEP_BOOTING)
    note_ready(desktop);
}

/* Its display is there, its agent silent: one that was running before may never have had any. */
static void
note_silent(Desktop *desktop)
{
  if (desktop->was_taken_over || desktop_now_us(desktop) - desktop->boot_us > AGENT_PATIENCE_US)
    note_usable(desktop);
}

/* What a job that ended well means for the desktop. */
void
desktop_note_done(Desktop *desktop, DesktopJobKind kind)
{
  switch (kind) {
  case DESKTOP_JOB_CREATE:
  case DESKTOP_JOB_CREATE_AGAIN:
  case DESKTOP_JOB_START:
    desktop->was_taken_over = FALSE;
    desktop_set_step(desktop, DESKTOP_STEP_BOOTING);
    open_port(desktop);
    break;
  case DESKTOP_JOB_ADOPT:
    note_adopted(desktop);
    break;
  case DESKTOP_JOB_PROBE:
    note_usable(desktop);
    break;
  case DESKTOP_JOB_RESET: /* its event says so too, unless it is lost */
    desktop_note_booting(desktop);
    break;
  case DESKTOP_JOB_RESUME:
    desktop->is_disk_full = FALSE;
    desktop_tell_changed(desktop);
    break;
  default:
    break;
  }
}

/* It goes on as it was. */
static void
go_on(Desktop *desktop)
{
  desktop->restart_deadline_us = 0;
  desktop->step = DESKTOP_STEP_BOOTING;
  if (desktop->port != NULL)
    on_guest_changed(guest_port_state(desktop->port), desktop);
  else if (desktop->record->kind == HOST_KIND_ADOPTED && desktop->record->stage == DESKTOP_STAGE_RUNNING)
    note_usable(desktop);
}

static void
note_not_started(Desktop *desktop, DesktopJobKind kind, const GError *error)
{
  /* Of one that could not be made nothing is left but this answer, for a command that comes again. */
  gboolean is_kept = kind == DESKTOP_JOB_START && desktop_record_is_kept(desktop->record);
  desktop_record_set_stage(desktop->record, is_kept ? DESKTOP_STAGE_OFF : DESKTOP_STAGE_FAILED,
                           error_stable_name(error), error->message);
  desktop_set_step(desktop, is_kept ? DESKTOP_STEP_OFF : DESKTOP_STEP_FAILED);
}

void
desktop_note_failed(Desktop *desktop, DesktopJobKind kind, const GError *error)
{
  if (kind == DESKTOP_JOB_PROBE) { /* it is looked at again and again */
    if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY))
      note_silent(desktop);
    return;
  }
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop->record->id, .code = error_stable_name(error)),
            "desktop %s: %s", desktop->record->name, error->message);
  switch (kind) {
  case DESKTOP_JOB_REBOOT:
    go_on(desktop);
    break;
  case DESKTOP_JOB_RESET:
    desktop_note_reset_failed(desktop);
    break;
  case DESKTOP_JOB_SHUTDOWN: /* it was not asked; it is switched off when its time is over */
  case DESKTOP_JOB_POWER_OFF:
    desktop_note_stop_failed(desktop, error);
    break;
  case DESKTOP_JOB_CREATE:
  case DESKTOP_JOB_CREATE_AGAIN:
  case DESKTOP_JOB_START:
    note_not_started(desktop, kind, error);
    break;
  default:
    break;
  }
}

void
desktop_set_quarantined(Desktop *desktop, gboolean is_quarantined)
{
  desktop->record->is_quarantined = is_quarantined;
  if (is_quarantined && desktop->record->stage == DESKTOP_STAGE_RUNNING)
    desktop_shut_down(desktop, DESKTOP_WISH_OFF, NULL, NULL);
  else
    desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
}

void
desktop_raise_epoch(Desktop *desktop, Epoch epoch, DesktopDone done, gpointer user_data)
{
  if (epoch_compare(epoch, desktop->record->epoch) > 0)
    desktop->record->epoch = epoch;
  desktop_tell_changed(desktop);
  desktop_push(desktop, DESKTOP_JOB_SAVE, done, user_data);
}

void
desktop_ask_guest(Desktop *desktop, const GuestMessage *message, DesktopDone done, gpointer user_data)
{
  if (desktop->port != NULL) {
    guest_port_request(desktop->port, message, done, user_data);
    return;
  }
  gboolean is_adopted = desktop->record->kind == HOST_KIND_ADOPTED;
  g_autoptr(GError) error =
      g_error_new_literal(CARAWAY_ERROR, is_adopted ? CARAWAY_ERROR_CONFLICT : CARAWAY_ERROR_NOT_READY,
                          is_adopted ? "An adopted virtual machine does not run Caraway's guest agent."
                                     : "The desktop does not run.");
  done(error, user_data);
}

gboolean
desktop_is_idle(const Desktop *desktop)
{
  return desktop->running == NULL && g_queue_is_empty(desktop->jobs);
}

gboolean
desktop_is_unheard(const Desktop *desktop)
{
  return desktop->was_taken_over && desktop->port != NULL && !guest_port_state(desktop->port)->has_answered;
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
