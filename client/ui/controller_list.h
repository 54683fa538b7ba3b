/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's list of desktops: read when it is shown, on request, and again now and then; and what was
 * chosen from it. Included by controller*.c only. */
#pragma once

#include "client/ui/controller_private.h"

/** CLIENT_EFFECT_LIST */
void controller_list(Controller *controller);

/** Reads the list again now and then, from now on until it is left; sooner while something is on its way. */
void controller_watch_list(Controller *controller, gboolean is_shown);

/** Makes @pool what is opened next: @own (nullable) of one's desktops there, or @another; @entry (nullable)
 * is the key of its line in the list. */
void controller_choose(Controller *controller, const char *pool, const char *own, gboolean another,
                       const char *entry);
