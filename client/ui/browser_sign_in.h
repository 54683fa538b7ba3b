/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in with the system's browser: listens on a port of the loopback, opens the server's page, and waits
 * for the browser to come back with a code or a refusal. What does not carry the challenge is not ours: pages
 * of others can reach the port, too. Owns the listener and the verifier.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct BrowserSignIn BrowserSignIn;

/** What became of it; called once, from the main loop. The BrowserSignIn may be freed in it. */
typedef struct {
  void (*came_back)(const char *code, const char *verifier, gpointer user_data);
  void (*failed)(const GError *error, gpointer user_data); /**< CARAWAY_ERROR, with the server's code */
} BrowserSignInListener;

/** Begins to sign in at @url by @method, in front of @window. Fails with CARAWAY_ERROR_UNREACHABLE when there
 * is no browser to open (transfer full). */
BrowserSignIn *browser_sign_in_new(GtkWindow *window, const char *url, const char *method,
                                   const BrowserSignInListener *listener, gpointer user_data,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @sign_in (nullable); what comes back afterwards finds nobody. */
void browser_sign_in_free(BrowserSignIn *sign_in);
