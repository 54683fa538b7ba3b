/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in by the system's browser, as far as the controller has to do with it. Included by controller*.c
 * only. */
#pragma once

#include "client/ui/browser_sign_in.h"
#include "client/ui/controller.h"

typedef struct {
  BrowserSignIn *waiting; /**< nullable: none is under way */
  char *code, *verifier;  /**< nullable: what it brought back, till it is redeemed */
} BrowserWay;

/** Asks the server how else one may sign in, and shows it on the page. */
void controller_ask_methods(Controller *controller);

/** Signs in by @method with the system's browser. */
void controller_open_browser(Controller *controller, const char *method);

/** Waits for no browser any more. */
void controller_close_browser(Controller *controller);
