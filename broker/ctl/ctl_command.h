/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command of carawayctl is: a row of a table. A row names its arguments and options, the request that
 * they become and how the answer is shown; only what is more than one request has a function of its own. Owns
 * the table's types, the search in it and the help made from it.
 */
#pragma once

#include <glib.h>

#define CTL_MAX_POSITIONALS 3
#define CTL_MAX_SEGMENTS    7

typedef struct CtlContext CtlContext;
typedef struct CtlCommand CtlCommand;

/** An argument without dashes; the list ends with a NULL name. */
typedef struct {
  const char *name;    /**< as the help shows it: "NAME" */
  const char *member;  /**< (nullable) member of the body it becomes */
  const char *choices; /**< (nullable) "user|group" */
} CtlPositional;

typedef enum {
  CTL_FLAG,     /**< present (true) or not (left out) */
  CTL_FLAG_OFF, /**< present (false) or not (left out) */
  CTL_TEXT,     /**< a text */
  CTL_NUMBER,   /**< a whole number */
  CTL_LIST,     /**< texts separated by commas */
  CTL_TRUTH,    /**< yes or no */
  CTL_DISKS,    /**< sizes in MiB separated by commas; "" for none */
  CTL_RULES,    /**< a rule of a schedule; may be given several times */
  CTL_ZONE,     /**< the time zone of the schedule */
  CTL_NULL,     /**< present (null) or not (left out) */
} CtlOptionType;

/** An option; the list ends with a NULL name. */
typedef struct {
  const char *name; /**< without the dashes */
  CtlOptionType type;
  const char *argument; /**< what the help shows after it; NULL for a flag */
  const char *help;
  const char *member; /**< (nullable) member of the body it becomes */
  gboolean is_required;
  const char *query; /**< (nullable) parameter of the query it becomes */
} CtlOption;

typedef enum {
  CTL_PLAIN, /**< as it is; the elements of a list joined by commas */
  CTL_COUNT, /**< how many elements a list has */
  CTL_LINES, /**< one line an element */
  CTL_TIME,  /**< ISO 8601, as local time */
  CTL_MIB,   /**< of a list of disks, their sizes */
  CTL_PLAN,  /**< one line for each rule of a schedule, as it is written */
} CtlFormat;

/** A column of a table or a line of an object; the list ends with a NULL title. */
typedef struct {
  const char *title;
  const char *path; /**< of members, e.g. "counts.spare" */
  CtlFormat format;
} CtlColumn;

typedef enum {
  CTL_SHOW_DONE,   /**< the sentence `done` */
  CTL_SHOW_OBJECT, /**< the answer's members in `columns` */
  CTL_SHOW_LIST,   /**< the answer's items as a table of `columns`, all pages */
  CTL_SHOW_ITEMS,  /**< the same of an answer that has no pages */
  CTL_SHOW_RULES,  /**< an explanation: what comes of it, and each rule with its verdict */
} CtlShow;

/** Does the work of a command that is more than its row. @error says why it failed. */
typedef gboolean (*CtlRun)(CtlContext *context, const CtlCommand *command, GError **error);

struct CtlCommand {
  const char *verb; /**< "" for a noun that is its own command; NULL ends the table */
  const char *summary;
  CtlPositional positionals[CTL_MAX_POSITIONALS + 1];
  const CtlOption *options;               /**< (nullable) */
  const char *method;                     /**< NULL when `run` makes the requests */
  const char *path[CTL_MAX_SEGMENTS + 1]; /**< segments; "$1" stands for the first positional */
  const char *body;                       /**< (nullable) JSON that the body starts as */
  const char *new_password_member;        /**< (nullable) asks for a new password and puts it there */
  const char *password_member;            /**< (nullable) asks for a password that there is, as above */
  CtlShow show;
  guint default_limit; /**< of a list without --limit; 0: all of it */
  const CtlColumn *columns;
  const char *done;    /**< a sentence with $1 … for people */
  const char *confirm; /**< (nullable) a question with $1 … that must be answered with yes first */
  CtlRun run;          /**< (nullable) */
};

typedef struct {
  const char *name; /**< NULL ends the table */
  const char *summary;
  const CtlCommand *commands;
} CtlNoun;

/** The noun @name in @nouns, or NULL. */
const CtlNoun *ctl_command_find_noun(const CtlNoun *nouns, const char *name);

/** The command @verb of @noun, or NULL. */
const CtlCommand *ctl_command_find(const CtlNoun *noun, const char *verb);

/** "carawayctl user add NAME [OPTIONS]" (transfer full). */
char *ctl_command_usage(const CtlNoun *noun, const CtlCommand *command);

/**
 * The help: of everything when @noun is NULL, of a noun when @command is NULL, else of that command (transfer
 * full).
 */
char *ctl_command_help(const CtlNoun *nouns, const CtlNoun *noun, const CtlCommand *command);

/** A line for each command: noun, verb and options, for completion in a shell (transfer full). */
char *ctl_command_words(const CtlNoun *nouns);

/** @template with $1 … replaced by @positionals (transfer full). */
char *ctl_command_fill(const char *template, char *const *positionals);
