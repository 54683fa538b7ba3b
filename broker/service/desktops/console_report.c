/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/console_report.h"

#include "broker/service/desktops/desktop_report.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/desktop_store.h"

gboolean
console_report_apply(Work *work, Session *session, const HostConsole *report, GError **error)
{
  gboolean open = report != NULL && report->state == HOST_CONSOLE_CONNECTED;
  SessionState before = session->state;
  g_free(session->connected_from);
  session->connected_from = open ? g_strdup(report->client) : NULL;
  if (open) {
    g_free(session->viewer);
    session->viewer = g_strdup(report->viewer != NULL ? report->viewer : "");
  }
  if (open && !desktop_store_mark_used(work->transaction, session->desktop_id, error))
    return FALSE;
  if (!lifecycle_session(work, session, open ? SESSION_EVENT_CONSOLE_OPENED : SESSION_EVENT_CONSOLE_CLOSED,
                         error))
    return FALSE;
  if (before == session->state)
    return TRUE;
  g_autofree char *detail = open ? g_strdup_printf("%s from %s.", report->viewer, report->client)
                                 : g_strdup(report != NULL && report->reason != NULL ? report->reason : "");
  return work_audit(work, NULL, open ? "console.open" : "console.close", "session", session->id, detail,
                    error);
}

/* Nobody may look into a desktop whose session is over, or that is not known here: a broker that was restored
 * from a backup, or a report that was lost. */
gboolean
console_report_cut(Work *work, const char *host, const HostConsole *report, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_report_find(work, host, report->desktop, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  if (desktop == NULL)
    return problem == NULL;
  HostCommand command = {.kind = HOST_COMMAND_CUT,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .session = report->session,
                         .reason = error_code_name(CARAWAY_ERROR_SESSION_ENDED)};
  return work_command(work, host, &command, error);
}

gboolean
console_report_fits(const Session *session, const char *host, const HostConsole *report)
{
  return session->state != SESSION_ENDED && g_str_equal(session->host, host) &&
         g_strcmp0(session->desktop_id, report->desktop) == 0;
}
