/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of JSON as RFC 8259 spells them: strings, numbers, names and brackets. json-glib takes more than
 * that (octal and hexadecimal numbers, single quotes, comments, escapes of C, a byte order mark, numbers cut
 * to 64 bits); this module refuses what is not JSON before json-glib sees it. The order of the words is left
 * to json-glib.
 */
#pragma once

#include <glib.h>

/** Whether @text (@size bytes of valid UTF-8) is made of the words of JSON, with balanced brackets of at most
 * @max_depth levels around all of it. Whole numbers have to fit into 64 bits, others into a double; no text
 * holds U+0000 or half a surrogate pair. */
gboolean json_scan_is_strict(const char *text, gsize size, guint max_depth);
