/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of commands as the outbox keeps them, made ready for one link. Commands are written before it is
 * known which link will deliver them, so the term is set last.
 */
#pragma once

#include <glib.h>

/** The command @text (JSON, made by host_message_build()) with its term replaced by @term (transfer full). */
char *command_text_with_term(const char *text, gint64 term);
