/* SPDX-License-Identifier: Apache-2.0 */
/* What a host says of a console, and what becomes of the session that it belongs to. */
#pragma once

#include "broker/model/session.h"
#include "broker/service/work.h"
#include "common/wire/host_message.h"

/** The console of @session is as @report says, or closed when it is NULL. */
gboolean console_report_apply(Work *work, Session *session, const HostConsole *report,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @report of @host can be of @session , which has not ended. */
gboolean console_report_fits(const Session *session, const char *host, const HostConsole *report);

/**
 * Has @host cut the console of @report . Nobody may look into a desktop whose session is over, or that is not
 * known here: a broker that was restored from a backup, or a report that was lost.
 */
gboolean console_report_cut(Work *work, const char *host, const HostConsole *report,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
