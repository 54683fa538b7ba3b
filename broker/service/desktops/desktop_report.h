/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host says of one desktop, turned into events of its state machine.
 */
#pragma once

#include "broker/model/command.h"
#include "broker/model/desktop.h"
#include "broker/service/work.h"

/** The desktop @id ; NULL without @error when @host has no such one, which is no failure. (transfer full) */
Desktop *desktop_report_find(Work *work, const char *host, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @report says anything of @desktop that is not written already. */
gboolean desktop_report_is_news(const Work *work, const Desktop *desktop, const HostDesktop *report);

/** Writes @report into @desktop and does what follows: ready, failed, signed out. */
gboolean desktop_report_apply(Work *work, Desktop *desktop, const HostDesktop *report,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does what follows from the answer @result to @command. */
gboolean desktop_report_answer(Work *work, const Command *command, const HostResult *result,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
