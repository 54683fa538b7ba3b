/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of others, cut to a length without harm: what a peer sent may be long, and a character that is cut in
 * two is no text any more to a database or a JSON reader.
 */
#pragma once

#include <glib.h>

/** @text as valid UTF-8 of at most @max_bytes bytes, ending with a whole character (transfer full). */
char *text_cut(const char *text, gsize max_bytes);
