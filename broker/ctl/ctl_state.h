/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What carawayctl remembers between two calls: the server, why it is trusted, and the token, in
 * $XDG_CONFIG_HOME/caraway/ctl.json, which only its owner may read.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *server;      /**< (nullable) "https://host:port" */
  char *ca_file;     /**< (nullable) absolute path */
  char *fingerprint; /**< (nullable) of the one certificate that is trusted */
  char *token;       /**< (nullable) while nobody is signed in */
  char *device;      /**< (nullable) by which the server knows that somebody signed in from here before */
} CtlState;

/** Reads the state; an empty one when there is no file. CARAWAY_ERROR_CONFIG when it cannot be read. */
CtlState *ctl_state_load(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @state so that nobody else can read it and a crash leaves the older one. */
gboolean ctl_state_save(const CtlState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes and frees @state (nullable). */
void ctl_state_free(CtlState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlState, ctl_state_free)
