/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address of a server as people write it. Pure.
 */
#pragma once

#include <glib.h>

/**
 * The scheme https, host and port (-1 when none is given) of @address: "desktops.example",
 * "desktops.example:8443" or "https://…" of the same (transfer full). CARAWAY_ERROR_INVALID for anything
 * else, also for a path, a query or a user.
 */
GUri *api_address_parse(const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
