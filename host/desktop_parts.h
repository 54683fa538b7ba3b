/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a desktop, shared by desktop.c, desktop_queue.c and desktop_description.c alone.
 */
#pragma once

#include "host/desktop.h"

typedef struct QueuedJob QueuedJob;

struct Desktop {
  DesktopOwner *owner;
  DesktopRecord *record;
  DesktopStep step;
  gint64 since_us;
  gint64 boot_us; /* when it last began to boot */
  int told_percent;
  GuestPort *port; /* NULL while no domain runs */
  gboolean is_disk_full;
  gboolean was_adopted;
  gint64 restart_deadline_us; /* 0: no restart is waited for */
  GQueue *jobs;               /* those that wait */
  QueuedJob *running;
  gboolean has_early_event; /* came while the job that starts it had not reported yet */
  HypervisorEvent early_event;
};

/** Steady time in microseconds. */
gint64 desktop_now_us(const Desktop *desktop);

/** Sets the step and tells the owner. */
void desktop_set_step(Desktop *desktop, DesktopStep step);

/** What a job of @kind that ended well means for the desktop. */
void desktop_note_done(Desktop *desktop, DesktopJobKind kind);

/** What a job of @kind that ended with @error means for it. */
void desktop_note_failed(Desktop *desktop, DesktopJobKind kind, const GError *error);

/** Answers the jobs that wait, and forgets them. */
void desktop_queue_clear(Desktop *desktop);
