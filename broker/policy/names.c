/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/names.h"

#include "common/base/error.h"
#include "common/base/text.h"

#include <string.h>

#define NAME_MAX_BYTES 63

gboolean
names_is_valid(const char *name)
{
  if (name == NULL || !g_ascii_isalnum(name[0]))
    return FALSE;
  gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
  return name[length] == '\0' && length <= NAME_MAX_BYTES && !g_uuid_string_is_valid(name);
}

gboolean
names_check(const char *name, const char *what, GError **error)
{
  if (names_is_valid(name))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "The name of a %s has 1 to %d lower-case letters, digits, dots, dashes or underscores and "
              "begins with a "
              "letter or digit.",
              what, NAME_MAX_BYTES);
  return FALSE;
}

gboolean
names_check_text(const char *text, gsize max_bytes, const char *what, GError **error)
{
  if (text == NULL)
    return TRUE;
  gboolean good = strlen(text) <= max_bytes && text_is_plain(text);
  if (!good)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "The %s must be plain text of at most %" G_GSIZE_FORMAT " bytes without control characters.",
                what, max_bytes);
  return good;
}
