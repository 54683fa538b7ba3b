/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of caraway-image: what a person types, and what the person is told. The work is done by
 * build.h and image_store.h.
 */
#pragma once

#include <gio/gio.h>

/** What the options said; paths are as given. */
typedef struct {
  char *store;    /**< --output, --store; nullable */
  char *cache;    /**< --cache; nullable */
  char *guest;    /**< --guest; nullable */
  char **sources; /**< --sources, repeatable; nullable */
  gboolean as_json;
} CommandOptions;

typedef struct {
  const char *name;
  const char *argument; /**< for the help; NULL when the command takes none */
  const char *help;
  gboolean (*run)(const CommandOptions *options, const char *argument, GCancellable *cancellable,
                  GError **error);
} CommandRow;

/** The table of commands; ends with a NULL name. */
const CommandRow *commands_table(void);
