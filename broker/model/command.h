/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command to a host that waits in the outbox until the host answered it. Its text is the whole message of
 * docs/protocols.md section 5.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 id; /**< grows, never used twice */
  char *host;
  char *desktop_id;
  char *kind; /**< "create", "destroy", … */
  char *text; /**< JSON */
} Command;

/** Frees @command (nullable). */
void command_free(Command *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Command, command_free)
