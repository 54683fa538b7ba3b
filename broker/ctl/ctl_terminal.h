/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a person at the terminal: a text, a password without echo, yes or no. Without a terminal passwords
 * are lines of standard input.
 */
#pragma once

#include <glib.h>

/** Whether somebody sits there: standard input is a terminal. */
gboolean ctl_terminal_is_interactive(void);

/** Asks @prompt for a text (transfer full). CARAWAY_ERROR_INVALID when there is no terminal or no text. */
char *ctl_terminal_ask(const char *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Asks @prompt for a password without showing it, or reads a line of standard input (free: secret_free()).
 */
char *ctl_terminal_password(const char *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same for a code of the second factor. */
char *ctl_terminal_code(const char *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A new password, asked for twice at a terminal (free with secret_free()). */
char *ctl_terminal_new_password(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Asks @question; FALSE unless the answer is y or yes. */
gboolean ctl_terminal_confirm(const char *question);
