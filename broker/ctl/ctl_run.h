/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of every command: parse, ask before harm, request, show, exit code. Owns the exit codes (0 done, 1
 * refused or failed, 2 wrong command line) and how errors look.
 */
#pragma once

#include "broker/ctl/ctl_context.h"

/** Runs the command line @words (without the program's name, ended by NULL). Returns the exit code. */
int ctl_run(const CtlNoun *nouns, char *const *words);

/**
 * Sends @request, a list, page after page up to the limit of the command line, and shows it by the columns of
 * @command.
 */
gboolean ctl_run_list(CtlContext *context, const CtlCommand *command, ApiRequest *request,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
