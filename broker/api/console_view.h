/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opens a console, as clients read it: the CONSOLE of docs/protocols.md, alone or with the session that
 * it is of.
 */
#pragma once

#include "broker/api/handlers.h"
#include "broker/service/connect/console_access.h"

/** The viewer that a client may ask for by @name; CARAWAY_ERROR_INVALID. */
gboolean console_view_read_viewer(const char *name, Viewer *ret_viewer,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds the object of @access, made for who sent @request. */
void console_view_add(JsonBuilder *builder, const ApiContext *context, const Request *request,
                      const ConsoleAccess *access);
