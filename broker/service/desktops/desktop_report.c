/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_report.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/shared_memory.h"
#include "broker/store/desktop_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"
#include "common/base/log.h"

/* How well the instant since when nobody moves has to be known: hardly, while somebody works. */
#define IDLE_EXACT_MS 5000
#define IDLE_BUSY_MS  30000
#define IDLE_STEP_MS  60000

static const Power powers[] = {
    [HOST_POWER_CLONING] = POWER_CLONING, [HOST_POWER_STARTING] = POWER_STARTING, [HOST_POWER_UP] = POWER_UP,
    [HOST_POWER_OFF] = POWER_OFF,         [HOST_POWER_FAILED] = POWER_FAILED,
};

/* While a restart that we asked for goes on, the guest's user signs out. */
static gboolean
is_restarting(const Work *work, const Desktop *desktop)
{
  return desktop->restart_until_us > work->now_us;
}

static gboolean
has_signed_out(const Work *work, const Desktop *desktop, const HostDesktop *report)
{
  gboolean ran = desktop->power == POWER_UP || desktop->power == POWER_LOST; /* as far as we know */
  return desktop->assignment == ASSIGNMENT_ASSIGNED && ran && report->power == HOST_POWER_UP &&
         desktop->guest.user != NULL && report->guest.user == NULL && desktop->session_id != NULL &&
         !desktop->stopping && !desktop->signing_out && !is_restarting(work, desktop);
}

/* What its host has to say of it counts more than how far it is: "it was asked to switch off and did not". */
static const char *
step_of(const HostDesktop *report)
{
  const char *step = report->step != NULL ? report->step : "";
  return report->detail != NULL && *report->detail != '\0' ? report->detail : step;
}

static void
copy_report(const Work *work, Desktop *desktop, const HostDesktop *report)
{
  gboolean was_ready = assignment_ranking_is_ready(desktop);
  desktop->power = powers[report->power];
  desktop->guest.ready = report->guest.ready;
  g_free(desktop->guest.user);
  desktop->guest.user = g_strdup(report->guest.user);
  desktop->guest.idle_ms = report->guest.idle_ms;
  desktop->guest.idle_at_us = work->now_us;
  desktop->guest.locked = report->guest.locked;
  g_free(desktop->step);
  desktop->step = g_strdup(step_of(report));
  desktop->progress = (guint)CLAMP(report->progress, 0, 100);
  if (!was_ready && assignment_ranking_is_ready(desktop))
    desktop->restart_until_us = 0;
  desktop->signing_out = desktop->signing_out && desktop->power == POWER_UP && desktop->guest.user != NULL;
}

/* A host that was told to shut it down and says that it can be shown has given up: the machine does not obey.
 * How long that takes is bounded by the host's shutdown limit. One that begins anew meanwhile is still to go.
 */
static gboolean
settle_stopping(Work *work, Desktop *desktop, GError **error)
{
  gboolean still_told = FALSE, runs = desktop->power == POWER_UP;
  if (desktop->stopping && runs && desktop->guest.ready &&
      !outbox_store_waits(work->transaction, desktop->id, "shutdown", &still_told, error))
    return FALSE;
  gboolean stays_up = runs && desktop->guest.ready && !still_told;
  gboolean begins_anew = desktop->power == POWER_STARTING;
  if (desktop->stopping && stays_up)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop->name, .host = desktop->host),
              "The desktop %s did not shut down: %s", desktop->name, desktop->step);
  desktop->stopping = desktop->stopping && (runs || begins_anew) && !stays_up;
  return TRUE;
}

/* Whether nobody has worked with it yet: what comes of it then says how making desktops of this pool goes. */
static gboolean
is_unused(Work *work, const Desktop *desktop, gboolean *ret_unused, GError **error)
{
  *ret_unused = desktop->assignment == ASSIGNMENT_NONE || desktop->assignment == ASSIGNMENT_SPARE;
  if (desktop->assignment != ASSIGNMENT_ASSIGNED || desktop->session_id == NULL || desktop->used)
    return TRUE;
  g_autoptr(Session) session = session_store_find(work->transaction, desktop->session_id, error);
  if (session == NULL)
    return FALSE;
  *ret_unused = session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING;
  return TRUE;
}

/* What nobody has worked with is not missed; what was there before us is kept in any case. */
static DesktopEvent
failure_of(const Desktop *desktop)
{
  return desktop->used || desktop->kind == POOL_MANUAL ? DESKTOP_EVENT_FAIL : DESKTOP_EVENT_UNMADE;
}

static gboolean
fail(Work *work, Desktop *desktop, DesktopEvent event, const char *code, const char *detail, GError **error)
{
  gboolean unused;
  if (!is_unused(work, desktop, &unused, error))
    return FALSE;
  g_autofree char *sentence =
      g_strdup_printf("The desktop %s stopped: %s", desktop->name,
                      detail != NULL && *detail != '\0' ? detail : "its host did not say why.");
  if (unused)
    shared_memory_pool_failed(work, desktop->pool_id, sentence);
  if (desktop->assignment != ASSIGNMENT_RECYCLING)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop->name, .host = desktop->host, .code = code),
              "%s", sentence);
  return lifecycle_desktop(work, desktop, event,
                           code != NULL ? error_code_from_name(code) : CARAWAY_ERROR_HYPERVISOR, sentence,
                           error);
}

static gboolean
become_ready(Work *work, Desktop *desktop, GError **error)
{
  gboolean unused;
  if (!is_unused(work, desktop, &unused, error))
    return FALSE;
  if (unused && desktop->assignment != ASSIGNMENT_SPARE)
    shared_memory_pool_works(work, desktop->pool_id);
  return lifecycle_desktop(work, desktop, DESKTOP_EVENT_READY, CARAWAY_ERROR_INTERNAL, "", error);
}

/* Whether what is kept of the idle time still says how it is: a desktop that rests is idle since the same
 * instant, and of one that is used only that it is. */
static gboolean
idle_is_known(const Work *work, const Desktop *desktop, const HostDesktop *report)
{
  gint64 told_ms = report->guest.idle_ms, known_us = desktop_idle_us(desktop, work->now_us);
  if (told_ms < 0 || known_us < 0)
    return told_ms < 0 && known_us < 0;
  gint64 known_ms = known_us / 1000;
  return ABS(known_ms - told_ms) < IDLE_EXACT_MS || (told_ms < IDLE_BUSY_MS && known_ms < IDLE_STEP_MS);
}

/* Every desktop tells every ten seconds how long it has been idle; that alone is not worth a flush of the
 * disk. */
static gboolean
tells_only_idleness(const Work *work, const Desktop *desktop, const HostDesktop *report)
{
  return report->power == HOST_POWER_UP && desktop->power == POWER_UP &&
         !(desktop->stopping && report->guest.ready) && desktop->guest.ready == report->guest.ready &&
         desktop->guest.locked == report->guest.locked &&
         g_strcmp0(desktop->guest.user, report->guest.user) == 0 &&
         g_strcmp0(desktop->step, step_of(report)) == 0 && desktop->progress == (guint)report->progress &&
         idle_is_known(work, desktop, report);
}

/* --- one report --- */

static gboolean
session_waits(Work *work, const Desktop *desktop, gboolean *ret_waits, GError **error)
{
  *ret_waits = FALSE;
  if (desktop->session_id == NULL)
    return TRUE;
  g_autoptr(Session) session = session_store_find(work->transaction, desktop->session_id, error);
  if (session == NULL)
    return FALSE;
  *ret_waits = session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING;
  return TRUE;
}

static gboolean
is_kept(const Desktop *desktop)
{
  return desktop->kind == POOL_MANUAL ||
         (desktop->kind == POOL_DEDICATED && desktop->assignment == ASSIGNMENT_ASSIGNED);
}

/* For what is kept, being off is no failure. Whoever waits for it has it started; one that goes off again
 * while it starts is not started for ever. */
static gboolean
be_off(Work *work, Desktop *desktop, gboolean was_stopping, gboolean waits, GError **error)
{
  if (waits && was_stopping)
    return lifecycle_start(work, desktop, error);
  return lifecycle_desktop(work, desktop, DESKTOP_EVENT_OFF, CARAWAY_ERROR_SESSION_ENDED,
                           "The desktop was switched off. Connect again to start it.", error);
}

/* It is down: off, or failed. */
static gboolean
be_down(Work *work, Desktop *desktop, const HostDesktop *report, Power before, gboolean was_stopping,
        GError **error)
{
  gboolean waits, starts;
  if (!is_kept(desktop))
    return fail(work, desktop, failure_of(desktop), report->code, report->detail, error);
  if (!session_waits(work, desktop, &waits, error) ||
      !outbox_store_waits(work->transaction, desktop->id, "start", &starts, error))
    return FALSE;
  if (waits && starts)
    desktop->power = POWER_STARTING; /* the host has not got as far */
  if ((waits && starts) || before == desktop->power)
    return desktop_store_update(work->transaction, desktop, error);
  return desktop->power == POWER_OFF
             ? be_off(work, desktop, was_stopping, waits, error)
             : fail(work, desktop, failure_of(desktop), report->code, report->detail, error);
}

/* It runs, ready or not. */
static gboolean
be_up(Work *work, Desktop *desktop, gboolean was_signing_out, GError **error)
{
  gboolean waits;
  if (desktop_can_be_shown(desktop))
    return become_ready(work, desktop, error);
  if (!was_signing_out || !desktop_is_signed_off(desktop))
    return desktop_store_update(work->transaction, desktop, error);
  if (!session_waits(work, desktop, &waits, error))
    return FALSE;
  return waits ? lifecycle_restart(work, desktop, HOST_COMMAND_RESTART, error)
               : desktop_store_update(work->transaction, desktop, error);
}

static gboolean
log_off(Work *work, Desktop *desktop, GError **error)
{
  return lifecycle_desktop(work, desktop, desktop_machine_log_off(desktop->on_logoff),
                           CARAWAY_ERROR_SESSION_ENDED, "You signed out of the desktop.", error);
}

gboolean
desktop_report_is_news(const Work *work, const Desktop *desktop, const HostDesktop *report)
{
  return !tells_only_idleness(work, desktop, report);
}

gboolean
desktop_report_apply(Work *work, Desktop *desktop, const HostDesktop *report, GError **error)
{
  if (tells_only_idleness(work, desktop, report))
    return TRUE;
  gboolean signed_out = has_signed_out(work, desktop, report);
  Power before = desktop->power;
  gboolean was_stopping = desktop->stopping, was_signing_out = desktop->signing_out;
  gboolean moved =
      g_strcmp0(desktop->step, step_of(report)) != 0 || desktop->progress != (guint)report->progress;
  copy_report(work, desktop, report);
  if (!settle_stopping(work, desktop, error))
    return FALSE;
  if (desktop->session_id != NULL && moved)
    work_tell(work, desktop->session_id);
  if (desktop->power == POWER_OFF || desktop->power == POWER_FAILED)
    return be_down(work, desktop, report, before, was_stopping, error);
  return signed_out ? log_off(work, desktop, error) : be_up(work, desktop, was_signing_out, error);
}

/* --- answers --- */

static gboolean
answer_failed(Work *work, Desktop *desktop, const Command *command, const HostResult *result, GError **error)
{
  /* An older epoch than the host's own: it has the desktop, and this was the command once more. */
  gboolean repeated = g_strcmp0(result->code, error_code_name(CARAWAY_ERROR_STALE_EPOCH)) == 0;
  if (!repeated && (g_str_equal(command->kind, "create") || g_str_equal(command->kind, "adopt")))
    return fail(work, desktop, DESKTOP_EVENT_UNMADE, result->code, result->detail, error);
  if (!repeated && g_str_equal(command->kind, "start")) {
    desktop->power = POWER_OFF;
    return fail(work, desktop, DESKTOP_EVENT_FAIL, result->code, result->detail, error);
  }
  if (g_str_equal(command->kind, "logoff"))
    desktop->signing_out = FALSE;
  else if (g_str_equal(command->kind, "shutdown"))
    desktop->stopping = FALSE;
  else if (g_str_equal(command->kind, "restart") || g_str_equal(command->kind, "reset"))
    desktop->restart_until_us = 0; /* it stays as it is: whose user signs out now has signed out */
  else
    return TRUE;
  /* Whoever waits for it may have it as it is. */
  return desktop->power == POWER_UP ? be_up(work, desktop, FALSE, error)
                                    : desktop_store_update(work->transaction, desktop, error);
}

static gboolean
answer_of_desktop(Work *work, Desktop *desktop, const Command *command, const HostResult *result,
                  GError **error)
{
  if (!result->ok)
    return answer_failed(work, desktop, command, result, error);
  gboolean gone = g_str_equal(command->kind, "destroy") || g_str_equal(command->kind, "release");
  return !gone ||
         lifecycle_desktop(work, desktop, DESKTOP_EVENT_GONE, CARAWAY_ERROR_SESSION_ENDED, "", error);
}

gboolean
desktop_report_answer(Work *work, const Command *command, const HostResult *result, GError **error)
{
  if (!result->ok)
    log_write(LOG_LEVEL_WARNING,
              LOG_FIELDS(.host = command->host, .desktop = command->desktop_id, .code = result->code),
              "The host did not %s: %s", command->kind,
              result->detail != NULL ? result->detail : "no reason given");
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, command->desktop_id, &problem);
  if (desktop != NULL)
    return answer_of_desktop(work, desktop, command, result, error);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

Desktop *
desktop_report_find(Work *work, const char *host, const char *id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, id, &problem);
  if (desktop == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  return desktop != NULL && g_str_equal(desktop->host, host) ? g_steal_pointer(&desktop) : NULL;
}
