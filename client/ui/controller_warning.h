/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warning over the open desktop: shown when it comes and when its last minute begins, and counted down
 * between, unless it was closed.
 */
#pragma once

#include "client/ui/controller_private.h"

/** Shows what is about to be done to @session, for whoever sits at it, and counts down. */
void controller_show_warning(Controller *controller, const ApiSession *session);

/** No warning is shown any more. */
void controller_forget_warning(Controller *controller);
