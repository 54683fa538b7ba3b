/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All desktops of this host: found at the start, made and ended by command, compared with what the broker
 * wants and with what the hypervisor has. Owns the Desktop objects and the memory of those that were
 * destroyed.
 */
#pragma once

#include "host/desktop.h"

typedef struct Desktops Desktops;

/** What the owner is told. */
typedef struct {
  void (*recovered)(gpointer user_data); /**< the first look is over */
  void (*changed)(const HostDesktop *desktop, gpointer user_data);
  void (*quarantined)(gpointer user_data); /**< what is kept aside is not what it was */
  void (*gone)(const char *id, Epoch epoch, const char *reason, gpointer user_data);
} DesktopsListener;

/** A host's desktops. All arguments outlive it. @installation: UUID. */
Desktops *desktops_new(JobContext *context, Workers *workers, const Clock *clock, const char *installation,
                       const DesktopsListener *listener, gpointer user_data);

/** Looks at what there is; the listener's recovered() says when that is done. */
void desktops_recover(Desktops *desktops);

/** Whether every desktop that was taken over has heard its guest. */
gboolean desktops_are_heard(const Desktops *desktops);

/** Carries @command out, except HOST_COMMAND_CUT. @done is called once, maybe at once. */
void desktops_command(Desktops *desktops, const HostCommand *command, gint64 highest_term, DesktopDone done,
                      gpointer user_data);

/** Unlocks the screen of @id, if there is such a desktop: its owner has just opened a console. */
void desktops_unlock(Desktops *desktops, const char *id);

/** Does with what the broker's list does not name what its kind asks for (host/plan/reconcile), and raises
 * epochs to the list's. */
void desktops_match(Desktops *desktops, const HostDesktopRef *wanted, guint count);

/** The record of @id (transfer none); NULL when there is no such desktop. */
const DesktopRecord *desktops_record(const Desktops *desktops, const char *id);

/** All desktops as values (GArray of HostDesktop, transfer full; texts borrowed until something changes). */
GArray *desktops_describe(const Desktops *desktops);

/** What is kept aside on this host (GArray of HostQuarantined, transfer full; texts borrowed until the next
 * call). */
GArray *desktops_quarantined(Desktops *desktops);

/** The machine's capacity less what desktops have been promised. */
void desktops_capacity(const Desktops *desktops, HostCapacity *ret_capacity);

/** How much memory running machines that are not ours have. */
void desktops_note_foreign_memory(Desktops *desktops, gint64 memory_mib);

/** What the hypervisor reports. */
void desktops_take_event(Desktops *desktops, const char *id, HypervisorEvent event);

/** Frees @desktops (nullable); no job may run. Guests live on. */
void desktops_free(Desktops *desktops);
