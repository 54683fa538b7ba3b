/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work on a virtual machine that somebody else defined and that was adopted as a desktop. It is never
 * defined, undefined or ended here, and its disks are never touched. Blocks; runs on a worker.
 */
#pragma once

#include "host/desktop_job.h"

/**
 * Looks whether the machine of @record is there under its name and can be adopted, and saves the record with
 * what it is. CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_CONFLICT with the reason why it cannot be adopted,
 * CARAWAY_ERROR_HYPERVISOR. After a failure no record is left.
 */
gboolean adopted_job_adopt(const JobContext *context, DesktopRecord *record,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets it. */
gboolean adopted_job_release(const JobContext *context, DesktopRecord *record,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Boots its machine. Errors as hypervisor_boot(). */
gboolean adopted_job_start(const JobContext *context, DesktopRecord *record,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whether somebody could use it: its display takes a channel and the guest agent in it, where it has a place
 * for one, answers. CARAWAY_ERROR_NOT_READY: all but the agent; else the display's error.
 */
gboolean adopted_job_probe(const JobContext *context, const DesktopRecord *record,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
