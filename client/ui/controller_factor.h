/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in that is not good as it is: the second factor is asked for here and set up in the web portal.
 */
#pragma once

#include "client/ui/controller_private.h"

/** Handles @error (nullable) when it means that the sign-in is not good any more as it is: it has ended, a
 * new password or a second factor is asked for. FALSE: it means something else. */
gboolean controller_handle_sign_in(Controller *controller, const GError *error);

/** Goes on as the @answer (nullable: @error is why) to a sign-in or to a code says. */
void controller_take_sign_in(Controller *controller, const ApiAnswer *answer, const GError *error);

/** Makes the pages of the second factor and puts them into the window. */
void controller_make_factor_pages(Controller *controller);
