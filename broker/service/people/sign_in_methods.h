/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to sign in that this installation has: its own accounts, and the authenticators of its folder.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"
#include "broker/service/services.h"

/** All of them, the local accounts first: an array of Authenticator (transfer container). */
GPtrArray *sign_in_methods_list(Services *services);

/** The one called @name beside the local accounts (transfer none); CARAWAY_ERROR_NOT_FOUND. */
Authenticator *sign_in_methods_find(Services *services, const char *name,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether a password may be another's to check than the broker's. */
gboolean sign_in_methods_have_directory(Services *services);
