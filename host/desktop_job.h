/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work on one desktop that blocks: making it, ending it, restarting it. Each announces itself in the
 * record before it does anything, so that it can be finished or undone after a crash at any point. Runs on a
 * worker with a copy of the record; decides nothing.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"
#include "host/image/image_catalog.h"
#include "host/plan/boot_progress.h"
#include "host/settings.h"

/** What jobs work with; outlives them. */
typedef struct {
  const HostSettings *settings;
  Hypervisor *hypervisor;
  ImageCatalog *images;
  gint accelerator; /**< HostAccelerator, atomic */
} JobContext;

typedef enum {
  DESKTOP_JOB_CREATE,
  DESKTOP_JOB_CREATE_AGAIN, /**< after a crash within one */
  DESKTOP_JOB_DESTROY,
  DESKTOP_JOB_START,  /**< of one that is off, with the disks that it has */
  DESKTOP_JOB_REBOOT, /**< asks the guest */
  DESKTOP_JOB_RESET,
  DESKTOP_JOB_SHUTDOWN,  /**< asks the guest; saved before, so that it holds after a crash */
  DESKTOP_JOB_POWER_OFF, /**< of one whose guest did not: ends the domain, keeps the disks */
  DESKTOP_JOB_RESUME,
  DESKTOP_JOB_SAVE,    /**< the record as it is */
  DESKTOP_JOB_ADOPT,   /**< takes a machine that is not ours for a desktop */
  DESKTOP_JOB_RELEASE, /**< forgets it */
  DESKTOP_JOB_PROBE,   /**< of an adopted one: whether somebody could use it; else CARAWAY_ERROR_NOT_READY */
} DesktopJobKind;

/** Told on the worker's thread as a job comes to @step. */
typedef void (*DesktopJobProgress)(const char *id, DesktopStep step, gpointer user_data);

/**
 * Does it, of an adopted desktop without ever ending or defining its machine. @record is changed to what
 * holds afterwards. Errors: CARAWAY_ERROR_IMAGE_MISSING, _IMAGE_BAD, _NO_SPACE, _HYPERVISOR, _NOT_FOUND,
 * _INTERNAL. A create that failed has left nothing.
 */
gboolean desktop_job_run(const JobContext *context, DesktopJobKind kind, DesktopRecord *record,
                         DesktopJobProgress progress, gpointer user_data,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes what a desktop @id that nothing remembers has: its domain and its files, except disks that are
 * kept.
 */
gboolean desktop_job_remove_stray(const JobContext *context, const char *id,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes all that the desktop of @record has; of an adopted one nothing. */
gboolean desktop_job_remove(const JobContext *context, const DesktopRecord *record,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
