/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of others, without harm: cut to a length, since what a peer sent may be long and a character that is
 * cut in two is no text any more to a database or a JSON reader; and kept from acting on whoever shows them.
 * Plain text is valid UTF-8 without control characters (C0, DEL and C1: U+009B begins a command of a terminal
 * as ESC does), line or paragraph separators, characters that turn the direction of what follows (Unicode
 * Annex 9) and code points that are no characters.
 */
#pragma once

#include <glib.h>

/** @text as valid UTF-8 of at most @max_bytes bytes, ending with a whole character (transfer full). */
char *text_cut(const char *text, gsize max_bytes);

/** Whether @text is plain; its bytes may be any. */
gboolean text_is_plain(const char *text);

/** @text with a space for each character that is not plain (transfer full); its bytes may be any. */
char *text_make_plain(const char *text);

/** @text for people, on one line: what is not plain, or invisible, is shown as \x1b or \u202e (transfer
 * full); its bytes may be any. */
char *text_escape(const char *text);
