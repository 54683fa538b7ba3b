/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what went wrong into errors of CARAWAY_ERROR that a person can act on: a problem document of the
 * server (RFC 9457) keeps its code, sentence and reasons; a broken network becomes unreachable, timed-out or
 * identity-not-trusted. Owns no connection.
 */
#pragma once

#include <gio/gio.h>

/**
 * Sets @error from an answer with @status >= 300 whose body is @size bytes at @body, a problem document or
 * anything else. @server names the server in sentences, e.g. "desktops.example:443".
 */
void api_error_from_problem(const char *server, guint status, const char *body, gsize size, GError **error);

/**
 * Sets @error from @cause (transfer none), an error of GIO, GLib's TLS or libsoup on the way to @server.
 * @tls_errors: what was wrong with the certificate, 0 for nothing. G_IO_ERROR_CANCELLED is passed on as it
 * is.
 */
void api_error_from_network(const char *server, const GError *cause, GTlsCertificateFlags tls_errors,
                            GError **error);
