/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desktops and sessions on their way through the state machines of broker/policy, inside a use case's
 * transaction: what a step has as effects is written, audited and put into the outbox here, and nowhere else.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/pool.h"
#include "broker/policy/desktop_machine.h"
#include "broker/policy/session_machine.h"
#include "broker/service/work.h"
#include "common/base/error.h"

/** Does @event to @desktop. @code and @detail say why, for the user whose session it ends; @caller (nullable)
 * is who did it. */
gboolean lifecycle_step(Work *work, const Caller *caller, Desktop *desktop, DesktopEvent event,
                        CarawayErrorCode code, const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same by nobody's doing. */
gboolean lifecycle_desktop(Work *work, Desktop *desktop, DesktopEvent event, CarawayErrorCode code,
                           const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Tells the host of @desktop to do what takes no more than its epoch: start, shut down, sign out … */
gboolean lifecycle_command(Work *work, const Desktop *desktop, HostCommandKind kind,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Has @desktop, which is off, started, and writes it. */
gboolean lifecycle_start(Work *work, Desktop *desktop, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Has @desktop restarted: till it is back, or three minutes at most, its user's leaving is no sign-out.
 * Writes it. @kind: HOST_COMMAND_RESTART or HOST_COMMAND_RESET. */
gboolean lifecycle_restart(Work *work, Desktop *desktop, HostCommandKind kind,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Tells the host once more that @desktop, which is recycling, is to go: destroyed, or released when it was
 * there before us. */
gboolean lifecycle_remove_again(Work *work, const Desktop *desktop, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does @event, any but the end, to @session and writes it. */
gboolean lifecycle_session(Work *work, Session *session, SessionEvent event,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @session without signing out of its desktop: its console is cut with @code, a floating desktop is
 * destroyed, others stay as they are; @caller (nullable) and @detail audited. */
gboolean lifecycle_end(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
                       const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @session by signing out: what the pool does on log-off follows. */
gboolean lifecycle_log_off(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
                           const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** lifecycle_end() for all of @sessions (array of Session). */
gboolean lifecycle_end_all(Work *work, const Caller *caller, const GPtrArray *sessions, CarawayErrorCode code,
                           const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;
