/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks those who are present — signed in, or with a session — up in their directories again, every few
 * minutes: whom a directory does not know any more, or has closed, is out; memberships follow. A directory
 * that is away ends nobody. One broker does it for all. Owns the thread.
 */
#pragma once

#include "broker/service/services.h"

typedef struct ExternalRecheck ExternalRecheck;

/** For the directories of @services (borrowed); nothing runs by itself yet. */
ExternalRecheck *external_recheck_new(Services *services);

/** Starts the thread, if any directory wants it. */
void external_recheck_start(ExternalRecheck *recheck);

/** Ends the thread and waits for it; safe to call again. */
void external_recheck_stop(ExternalRecheck *recheck);

/** One turn at @now_us (steady time), for tests: looks up what is due. */
gboolean external_recheck_run(ExternalRecheck *recheck, gint64 now_us,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @recheck (nullable). */
void external_recheck_free(ExternalRecheck *recheck);
