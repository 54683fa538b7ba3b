/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a desktop, shared by the files desktop*.c alone that are its parts.
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
  gboolean was_taken_over;
  gint64 restart_deadline_us; /* 0: no restart is waited for */
  gint64 stop_deadline_us;    /* 0: nobody waits for it to switch off */
  GQueue *jobs;               /* those that wait */
  QueuedJob *running;
  gboolean has_early_event; /* came while the job that starts it had not reported yet */
  HypervisorEvent early_event;
};

/** Steady time in microseconds. */
gint64 desktop_now_us(const Desktop *desktop);

/** Sets the step and tells the owner. */
void desktop_set_step(Desktop *desktop, DesktopStep step);

/** Tells the owner that it is not as it was. */
void desktop_tell_changed(Desktop *desktop);

/** Its domain runs: its guest is waited for. */
void desktop_come_up(Desktop *desktop);

/** Its domain is gone: it is off or has failed (@code, @detail nullable). */
void desktop_note_end(Desktop *desktop, DesktopStage stage, const char *code, const char *detail);

/** Its guest starts anew. */
void desktop_note_booting(Desktop *desktop);

/** A reset that was due did not work: it is tried again. */
void desktop_note_reset_failed(Desktop *desktop);

/** Asking it to switch off failed with @error, or an end that was due did not come: what is ours ends when
 * its time is over, an adopted one goes on. */
void desktop_note_stop_failed(Desktop *desktop, const GError *error);

/** What a job of @kind that ended well means for the desktop. */
void desktop_note_done(Desktop *desktop, DesktopJobKind kind);

/** What a job of @kind that ended with @error means for it. */
void desktop_note_failed(Desktop *desktop, DesktopJobKind kind, const GError *error);

/** Answers the jobs that wait, and forgets them. */
void desktop_queue_clear(Desktop *desktop);
