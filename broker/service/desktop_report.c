/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktop_report.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/service/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "broker/store/session_store.h"
#include "common/base/log.h"

#define IDLE_STEP_MS 60000

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
  return desktop->assignment == ASSIGNMENT_ASSIGNED && desktop->power == POWER_UP &&
         report->power == HOST_POWER_UP && desktop->guest.user != NULL && report->guest.user == NULL &&
         !is_restarting(work, desktop);
}

static gboolean
has_failed(const HostDesktop *report)
{
  return report->power == HOST_POWER_FAILED || report->power == HOST_POWER_OFF;
}

static void
copy_report(Desktop *desktop, const HostDesktop *report)
{
  gboolean was_ready = assignment_ranking_is_ready(desktop);
  desktop->power = powers[report->power];
  desktop->guest.ready = report->guest.ready;
  g_free(desktop->guest.user);
  desktop->guest.user = g_strdup(report->guest.user);
  desktop->guest.idle_ms = report->guest.idle_ms;
  desktop->guest.locked = report->guest.locked;
  g_free(desktop->step);
  desktop->step = g_strdup(report->step != NULL ? report->step : "");
  desktop->progress = (guint)CLAMP(report->progress, 0, 100);
  if (!was_ready && assignment_ranking_is_ready(desktop))
    desktop->restart_until_us = 0;
}

/* Whether nobody has worked with it yet: what comes of it then says how making desktops of this pool goes. */
static gboolean
is_unused(Work *work, const Desktop *desktop, gboolean *ret_unused, GError **error)
{
  *ret_unused = desktop->assignment == ASSIGNMENT_NONE || desktop->assignment == ASSIGNMENT_SPARE;
  if (desktop->assignment != ASSIGNMENT_ASSIGNED || desktop->session_id == NULL)
    return TRUE;
  g_autoptr(Session) session = session_store_find(work->transaction, desktop->session_id, error);
  if (session == NULL)
    return FALSE;
  *ret_unused = session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING;
  return TRUE;
}

static gboolean
fail(Work *work, Desktop *desktop, const char *code, const char *detail, GError **error)
{
  gboolean unused;
  if (!is_unused(work, desktop, &unused, error))
    return FALSE;
  g_autofree char *sentence =
      g_strdup_printf("The desktop %s stopped: %s", desktop->name,
                      detail != NULL && *detail != '\0' ? detail : "its host did not say why.");
  if (unused)
    keeper_memory_failed(work->services->keeper_memory, desktop->pool_id, sentence,
                         clock_boottime_us(work->services->clock));
  if (desktop->assignment != ASSIGNMENT_RECYCLING)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop->name, .host = desktop->host, .code = code),
              "%s", sentence);
  return lifecycle_desktop(work, desktop, DESKTOP_EVENT_FAIL,
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
    keeper_memory_succeeded(work->services->keeper_memory, desktop->pool_id);
  return lifecycle_desktop(work, desktop, DESKTOP_EVENT_READY, CARAWAY_ERROR_INTERNAL, "", error);
}

/* Every desktop tells every ten seconds how long it has been idle; that alone is not worth a flush of the
 * disk. */
static gboolean
tells_only_idleness(const Desktop *desktop, const HostDesktop *report)
{
  return report->power == HOST_POWER_UP && desktop->power == POWER_UP &&
         desktop->guest.ready == report->guest.ready && desktop->guest.locked == report->guest.locked &&
         g_strcmp0(desktop->guest.user, report->guest.user) == 0 &&
         g_strcmp0(desktop->step, report->step) == 0 && desktop->progress == (guint)report->progress &&
         ABS(desktop->guest.idle_ms - report->guest.idle_ms) < IDLE_STEP_MS && report->guest.idle_ms != 0;
}

gboolean
desktop_report_apply(Work *work, Desktop *desktop, const HostDesktop *report, GError **error)
{
  if (tells_only_idleness(desktop, report))
    return TRUE;
  gboolean signed_out = has_signed_out(work, desktop, report);
  gboolean failed = has_failed(report);
  gboolean moved =
      g_strcmp0(desktop->step, report->step) != 0 || desktop->progress != (guint)report->progress;
  copy_report(desktop, report);
  if (desktop->session_id != NULL && moved)
    work_tell(work, desktop->session_id);
  if (failed)
    return fail(work, desktop, report->code, report->detail, error);
  if (signed_out)
    return lifecycle_desktop(work, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_SESSION_ENDED,
                             "You signed out of the desktop.", error);
  if (assignment_ranking_is_ready(desktop))
    return become_ready(work, desktop, error);
  return desktop_store_update(work->transaction, desktop, error);
}

static gboolean
answer_of_desktop(Work *work, Desktop *desktop, const Command *command, const HostResult *result,
                  GError **error)
{
  if (result->ok && g_str_equal(command->kind, "destroy"))
    return lifecycle_desktop(work, desktop, DESKTOP_EVENT_GONE, CARAWAY_ERROR_SESSION_ENDED, "", error);
  /* An older epoch than the host's own: it has the desktop, and this was the command once more. */
  gboolean repeated = g_strcmp0(result->code, error_code_name(CARAWAY_ERROR_STALE_EPOCH)) == 0;
  if (!result->ok && !repeated && g_str_equal(command->kind, "create"))
    return fail(work, desktop, result->code, result->detail, error);
  if (result->ok || (!g_str_equal(command->kind, "restart") && !g_str_equal(command->kind, "reset")))
    return TRUE;
  desktop->restart_until_us = 0; /* it stays as it is: whose user signs out now has signed out */
  return desktop_store_update(work->transaction, desktop, error);
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
