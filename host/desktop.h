/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One desktop on this host while the agent runs: its record, how far it is, its guest port, and the jobs that
 * wait for it, of which one runs at a time. Lives on the main context; what blocks goes to the workers.
 */
#pragma once

#include "common/base/clock.h"
#include "host/desktop_job.h"
#include "host/guest/guest_port.h"
#include "host/workers.h"

typedef struct Desktop Desktop;

/** What all desktops of a host share; outlives them. */
typedef struct {
  JobContext *context;
  Workers *workers;
  const Clock *clock;
  gint64 expected_boot_ms; /**< how long the last boot took; kept up by the desktops */
  gint64 boot_limit_ms;    /**< one that is not ready by then has failed */
  gint64 restart_limit_ms; /**< a floating one that has not restarted by then is reset */
  gint64 stop_limit_ms;    /**< any other that has not restarted or switched off by then is made to; adopted
                            ones go on */
  void (*changed)(Desktop *desktop, gpointer user_data);
  void (*gone)(Desktop *desktop, gpointer user_data); /**< nothing is left of it; may free it */
  gpointer user_data;
} DesktopOwner;

/** The end of a job: @error NULL when it was done. */
typedef void (*DesktopDone)(const GError *error, gpointer user_data);

/** A desktop of @record (transfer full) that has no job yet. */
Desktop *desktop_new(DesktopOwner *owner, DesktopRecord *record);

/** Takes over a desktop whose domain runs. */
void desktop_take_over(Desktop *desktop);

/** Queues a job. @done (nullable) is called once. A destroy ends the jobs that wait before it. */
void desktop_push(Desktop *desktop, DesktopJobKind kind, DesktopDone done, gpointer user_data);

/** Restarts it: through the guest, by reset when that takes too long, by starting it when it is off. */
void desktop_restart(Desktop *desktop, DesktopDone done, gpointer user_data);

/** Boots one that is off; one that is switching off is to come back then. */
void desktop_start(Desktop *desktop, DesktopDone done, gpointer user_data);

/** Presses its reset button, whatever else was asked for. */
void desktop_reset(Desktop *desktop, DesktopDone done, gpointer user_data);

/** Asks its guest to switch off, by force when that takes too long; @wish: and what then. @done: it was
 * asked.
 */
void desktop_shut_down(Desktop *desktop, DesktopWish wish, DesktopDone done, gpointer user_data);

/** Takes it aside, or back (@is_quarantined); saved. */
void desktop_set_quarantined(Desktop *desktop, gboolean is_quarantined);

/** Raises its epoch, saved before @done. */
void desktop_raise_epoch(Desktop *desktop, Epoch epoch, DesktopDone done, gpointer user_data);

/** Asks its guest agent, see guest_port_request(). */
void desktop_ask_guest(Desktop *desktop, const GuestMessage *message, DesktopDone done, gpointer user_data);

/** What the hypervisor reports of its domain. */
void desktop_take_event(Desktop *desktop, HypervisorEvent event);

/** Its domain was seen to run or not to: an event may have been lost. */
void desktop_note_seen(Desktop *desktop, gboolean is_running);

/** Called every few seconds: progress, limits, and what is to be tried again. */
void desktop_tick(Desktop *desktop);

/** Whether it rests: no job runs or waits. */
gboolean desktop_is_idle(const Desktop *desktop);

/** Whether its guest has not answered since it was adopted. */
gboolean desktop_is_unheard(const Desktop *desktop);

/** Its record (transfer none). */
const DesktopRecord *desktop_record(const Desktop *desktop);

/** How it is, for the broker; texts are borrowed until it changes. */
void desktop_describe(const Desktop *desktop, HostDesktop *ret_description);

/** Frees @desktop (nullable), which must have no running job. Nothing is ended. */
void desktop_free(Desktop *desktop);
