/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One machine of a simulated host: the record that a real host would keep of it, and how far it has come.
 */
#pragma once

#include "host/plan/command.h"

typedef struct {
  DesktopRecord *record;
  guint steps;        /**< till it is ready */
  gboolean ready;     /**< its guest says so */
  gboolean signed_in; /**< somebody is signed in inside */
  char *console;      /**< (nullable) the session whose console is open */
  gint64 command;     /**< of its creation, answered when it is made; 0: it was, or nobody remembers it */
} Machine;

/** What @command, of kind create, asks for: still to be made. */
Machine *machine_new(const HostCommand *command);

/** Its state for the broker; texts are borrowed from @machine . */
void machine_describe(const Machine *machine, HostDesktop *ret_desktop);

/** Whether it runs and its guest is ready. */
gboolean machine_is_ready(const Machine *machine);

/** Whether it is being made or restarted. */
gboolean machine_is_at_work(const Machine *machine);

/** Gets on by one step; TRUE when its making is done by that. */
gboolean machine_progress(Machine *machine);

/** It ends by fault. */
void machine_fail(Machine *machine, const char *code, const char *detail);

/** Runs again after it was destroyed. */
void machine_revive(Machine *machine);

/** Does @command, which is not about making or destroying; TRUE when its console has to close. */
gboolean machine_obey(Machine *machine, const HostCommand *command);

/** Frees @machine (nullable). */
void machine_free(Machine *machine);
