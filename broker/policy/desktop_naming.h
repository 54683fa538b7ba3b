/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the desktops of a pool are called: a pattern with one place for a number. The names are DNS labels (RFC
 * 1123, 2.1), because desktops carry them as host names.
 */
#pragma once

#include <glib.h>

/** The longest DNS label, and the digits that any number of a desktop fits into. */
#define DESKTOP_NAME_MAX_BYTES   63
#define DESKTOP_NUMBER_MAX_WIDTH 6
#define DESKTOP_NUMBER_MAX       999999

/** Whether @pattern, "office-{n}" or "office-{n:4}", makes DNS labels of every number: else
 * CARAWAY_ERROR_INVALID. */
gboolean desktop_naming_check(const char *pattern, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The pattern of a pool @pool_name that was given none (transfer full): its name as far as a DNS label has
 * room, and four digits. */
char *desktop_naming_default(const char *pool_name);

/** The name of desktop @number by @pattern (transfer full). */
char *desktop_naming_name(const char *pattern, guint number);

/** The number in @name when @pattern made it, 0 when it did not. */
guint desktop_naming_number(const char *pattern, const char *name);
