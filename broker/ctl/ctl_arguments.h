/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line, checked against the table of commands and taken apart. Pure: reads nothing but its words.
 */
#pragma once

#include "broker/ctl/ctl_command.h"

typedef struct {
  const CtlNoun *noun;       /**< (nullable) for help of everything */
  const CtlCommand *command; /**< (nullable) for help of a noun */
  char **positionals;
  GHashTable *options; /**< name → text, "" for a flag */
  gboolean wants_help;
  gboolean wants_version;
  gboolean wants_words; /**< --list-commands, for completion */
  gboolean is_json;
  gboolean is_agreed; /**< --yes */
} CtlArguments;

/**
 * Takes @words (without the program's name, ended by NULL) apart. A mistake is CARAWAY_ERROR_INVALID with a
 * sentence that says what was expected (transfer full).
 */
CtlArguments *ctl_arguments_parse(const CtlNoun *nouns, char *const *words,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The value of option @name (transfer none), NULL when it was not given; of one that may be repeated, a line
 * for each time. */
const char *ctl_arguments_option(const CtlArguments *arguments, const char *name);

/** Whether flag @name was given. */
gboolean ctl_arguments_flag(const CtlArguments *arguments, const char *name);

/** Frees @arguments (nullable). */
void ctl_arguments_free(CtlArguments *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlArguments, ctl_arguments_free)
