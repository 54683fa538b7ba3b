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

/** What a desktop of @pool is made with, as one text (transfer full). */
char *lifecycle_shape(const Pool *pool);

/** Makes a desktop of @pool on @host for @owner_id (nullable: a spare): row and command. Returns it. */
Desktop *lifecycle_create(Work *work, const Pool *pool, const char *host, const char *owner_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does @event to @desktop. @code and @detail say why, for the user whose session it ends. */
gboolean lifecycle_desktop(Work *work, Desktop *desktop, DesktopEvent event, CarawayErrorCode code,
                           const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does @event, any but the end, to @session and writes it. */
gboolean lifecycle_session(Work *work, Session *session, SessionEvent event,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @session: its console is cut with @code, its desktop recycled, @caller (nullable) and @detail
 * audited. */
gboolean lifecycle_end(Work *work, const Caller *caller, const Session *session, CarawayErrorCode code,
                       const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends all of @sessions (array of Session). */
gboolean lifecycle_end_all(Work *work, const Caller *caller, const GPtrArray *sessions, CarawayErrorCode code,
                           const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;
