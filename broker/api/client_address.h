/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose request it is when a portal passes it on. Pure: header values in, the address or host out; the caller
 * has made sure that the peer is a portal.
 */
#pragma once

#include <glib.h>

/** The client's IP address in X-Forwarded-For @value (nullable): the last of the list, which the portal
 * itself wrote (transfer full). NULL when that is no IP address. */
char *client_address_forwarded(const char *value);

/** HOST[:PORT] in @value (nullable), a header Host or X-Forwarded-Host, in lower case (transfer full). NULL
 * when it has any other shape. */
char *client_address_host(const char *value);

/** Takes HOST[:PORT] @text apart: the host without brackets (transfer full) and the port, 443 without one.
 * FALSE when it has another shape. */
gboolean client_address_split(const char *text, char **ret_host, guint16 *ret_port) G_GNUC_WARN_UNUSED_RESULT;
