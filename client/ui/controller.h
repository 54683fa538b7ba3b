/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings together the state machine, the server, the console and the window: an event goes to the machine,
 * its effects are carried out, and the page of the new state is shown.
 */
#pragma once

#include <glib.h>

typedef struct Controller Controller;

/** What the command line said; all nullable, borrowed for the controller's life. */
typedef struct {
  const char *server;
  const char *user;
  const char *pool; /**< id or name to open right after signing in */
  const char *ca_file;
  gboolean full_screen;
  gboolean kiosk; /**< sign in as a device; needs @server */
} ControllerOptions;

/**
 * A controller with its window on the first page; ends @loop when the window is closed. Fails with
 * CARAWAY_ERROR_CONFIG or _INVALID when an option cannot be used.
 */
Controller *controller_new(const ControllerOptions *options, GMainLoop *loop,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the console and frees @controller (nullable). */
void controller_free(Controller *controller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Controller, controller_free)
