/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one program of the system to its end: its own process group, so that a cancelled build takes
 * everything it started along; its messages kept for the error sentence; a full disk told apart from other
 * failures.
 */
#pragma once

#include <gio/gio.h>

/** Called in the running thread for each line that the program writes to standard error. */
typedef void (*CommandLine)(const char *line, gpointer user_data);

typedef struct {
  const char *const *arguments;   /**< NULL-terminated; the first is looked up in PATH */
  const char *package;            /**< Debian package to name when the program is not there */
  const char *const *environment; /**< "NAME=value" additions, NULL-terminated; nullable */
  CommandLine on_line;            /**< nullable */
  gpointer user_data;
} Command;

/**
 * Runs @command and waits for it. Fails with CARAWAY_ERROR_NOT_FOUND when the program is missing,
 * CARAWAY_ERROR_NO_SPACE when it said that the disk is full, G_IO_ERROR_CANCELLED, else
 * CARAWAY_ERROR_INTERNAL with the last lines that it wrote.
 */
gboolean command_run(const Command *command, GCancellable *cancellable,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
