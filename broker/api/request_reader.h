/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an HTTP message to a Request: route, parameters, headers and body, each bounded and checked. What is
 * believed of a peer's forwarding headers is decided here: those of a portal, and no others. Main loop only.
 */
#pragma once

#include "broker/api/request.h"
#include "broker/api/route.h"

#include <libsoup/soup.h>

/** The route of @message, by its head alone: unknown paths and methods, bodies that are too long by their own
 * account or of another type than JSON fail. @ret_status is the status for the failure, @ret_allow (transfer
 * full, nullable) the header Allow for it. */
const Route *request_reader_route(SoupServerMessage *message, guint *ret_status, char **ret_allow,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The request in @message, whose body is complete (transfer full). */
Request *request_reader_read(SoupServerMessage *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;
