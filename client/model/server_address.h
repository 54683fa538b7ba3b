/* SPDX-License-Identifier: Apache-2.0 */
/* What people type for a server, made into the one form that everything else uses. Pure. */
#pragma once

#include <glib.h>

/**
 * Reads @text ("desk.example.org", "desk.example.org:8443", "https://desk.example.org/") and returns
 * "https://HOST[:PORT]", lower case, without the default port, path or trailing dot (transfer full). Anything
 * that is not a server over https, that carries a user or a password, fails with CARAWAY_ERROR_INVALID and a
 * sentence for the user.
 */
char *server_address_normalize(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Host and port of @address, which server_address_normalize() made (@ret_host transfer full). */
void server_address_split(const char *address, char **ret_host, guint16 *ret_port);
