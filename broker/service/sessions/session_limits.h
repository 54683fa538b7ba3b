/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time does to sessions: warnings, locking, disconnecting, logging off, by policy/session_limits.h. Runs
 * where the pool keeper runs: at one broker, when something changed and when the next limit comes.
 */
#pragma once

#include "broker/service/services_private.h"

/** Looks at all sessions that a limit has to do with and does what is due, one transaction each; notes when
 * it has to be called again. */
gboolean session_limits_run(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;
