/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first administrator, made once from the broker's own command line. There is no way to do it over the
 * network.
 */
#pragma once

#include "broker/service/services.h"

/** Whether there is no administrator yet. */
gboolean setup_needed(Services *services, gboolean *ret_needed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes the administrator @name with @password. When @must_change, the first sign-in has to choose another
 * one. Fails with CARAWAY_ERROR_CONFLICT when there is an administrator already, with
 * CARAWAY_ERROR_WEAK_PASSWORD or CARAWAY_ERROR_INVALID.
 */
gboolean setup_first_administrator(Services *services, const char *name, const char *password,
                                   gboolean must_change, GError **error) G_GNUC_WARN_UNUSED_RESULT;
