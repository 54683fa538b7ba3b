/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of caraway-probe, read and checked. */
#pragma once

#include <glib.h>

typedef struct {
  char *server;
  char *ca_file; /**< nullable */
  char *user;
  char *password;
  char *pool;
  char *screenshot; /**< where the last picture goes; the one before typing beside it as NAME-before.png;
                       nullable */
  char *type;       /**< what to type into a terminal of the guest; nullable */
  char *site;       /**< take this way in first; nullable */
  int wait_ms;      /**< limit of each step of waiting */
  gboolean take_over;
  gboolean no_terminal; /**< type right away instead of opening a terminal first */
  gboolean hold;
  gboolean reconnect;
  gboolean json;
} ProbeOptions;

typedef enum {
  PROBE_OPTIONS_RUN,
  PROBE_OPTIONS_EXIT,  /**< --help or --version was answered */
  PROBE_OPTIONS_USAGE, /**< wrong; it was said on standard error */
} ProbeOptionsOutcome;

/** Reads @argv into @ret_options, to be cleared with probe_options_clear() whatever is returned. */
ProbeOptionsOutcome probe_options_read(int argc, char **argv, ProbeOptions *ret_options);

/** Frees what @options holds; the password is wiped. */
void probe_options_clear(ProbeOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProbeOptions, probe_options_clear)
