/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first look after a start: records, domains and files are read, what nothing remembers is removed, and
 * for each desktop it is said how to go on (host/plan/reconcile). Blocks.
 */
#pragma once

#include "host/desktop_job.h"
#include "host/plan/reconcile.h"

typedef struct {
  DesktopRecord *record; /**< owned */
  ReconcileAction action;
  const char *reason; /**< static, nullable */
} RecoveredDesktop;

typedef struct {
  GPtrArray *desktops;    /**< RecoveredDesktop; with action KEEP also those that were destroyed */
  GPtrArray *quarantined; /**< ids of desktops that are ours and not understood */
  GPtrArray *reasons;     /**< as many: why */
} Recovery;

/** Looks. NULL and an error when libvirt does not answer; try again later. */
Recovery *recovery_run(const JobContext *context, const char *installation,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @recovery (nullable). */
void recovery_free(Recovery *recovery);
