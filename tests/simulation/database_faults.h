/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults below the broker's database driver: the linker sends SQLite's calls through here (--wrap), so that a
 * process can die before or after any statement and any commit without being a process. From the moment of
 * its death nothing is read or written any more, whatever the code above still tries. Single threaded.
 */
#pragma once

#include <glib.h>

typedef enum {
  DATABASE_FAULT_NONE,
  DATABASE_FAULT_DIE_BEFORE, /**< the process dies when the step is about to be taken */
  DATABASE_FAULT_DIE_AFTER,  /**< it dies right after the step */
  DATABASE_FAULT_FULL,       /**< the step fails: no space is left */
  DATABASE_FAULT_BROKEN,     /**< the step fails: the disk cannot be written */
} DatabaseFault;

/** Arms @fault for the step that comes after @steps others; with @commits_only, commits alone count as steps.
 */
void database_faults_arm(DatabaseFault fault, guint steps, gboolean commits_only);

/** Nothing is armed and nobody is dead. */
void database_faults_clear(void);

/** Whether the process has died. */
gboolean database_faults_is_dead(void);

/** Lets it die now. */
void database_faults_die(void);

/** Whether an armed fault has happened (since it was armed). */
gboolean database_faults_happened(void);

/** A commit that is due is undone, and yet reported as done: a broker that is broken on purpose. */
void database_faults_lie_about_commits(guint one_in);
