/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explanation of a connection as a list for people: what comes of it, then a line for each rule. Pure.
 */
#pragma once

#include <json-glib/json-glib.h>

/** @explanation as lines (transfer full). */
char *ctl_explanation_text(JsonObject *explanation);
