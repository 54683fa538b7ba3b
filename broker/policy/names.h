/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How things may be called. Names end up in domain names, paths, XML and logs, so the alphabet is small and
 * ASCII: two names that look alike are alike.
 */
#pragma once

#include <glib.h>

/** Whether @name (nullable) is 1 … 63 of a-z 0-9 . _ - beginning with a letter or digit, and
 * no UUID: things are looked up by id or name, and a name must not be another's id. */
gboolean names_is_valid(const char *name);

/** The same, with CARAWAY_ERROR_INVALID and a sentence about @what ("user", "pool") when it is not. */
gboolean names_check(const char *name, const char *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @text (nullable) is plain (see common/base/text.h) and at most @max_bytes long; the sentence is
 * about
 * @what. NULL passes. */
gboolean names_check_text(const char *text, gsize max_bytes, const char *what,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
