/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of the server as text for people: aligned tables, labelled lines. Pure. Whatever a peer put into a
 * name stays on its line and moves no cursor: control characters are escaped, in JSON too.
 */
#pragma once

#include "broker/ctl/ctl_command.h"

#include <json-glib/json-glib.h>

/** What @path leads to below @object, formatted; "-" for what is missing, null or empty (transfer full). */
char *ctl_render_value(JsonObject *object, const char *path, CtlFormat format);

/** A table of @items with a line of titles; "Nothing to list." for none (transfer full). */
char *ctl_render_table(const CtlColumn *columns, JsonArray *items);

/** One labelled line for each of @columns (transfer full). */
char *ctl_render_object(const CtlColumn *columns, JsonObject *object);

/** @node as indented JSON with a line end (transfer full). */
char *ctl_render_json(JsonNode *node);
