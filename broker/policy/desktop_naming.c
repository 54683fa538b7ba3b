/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/desktop_naming.h"

#include "common/base/error.h"

#include <string.h>

#define LABEL_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define DEFAULT_PLACE "-{n:4}"

/* Where the number goes: the length of what stands before, the digits it has at least, and what comes after.
 */
typedef struct {
  gsize before;
  guint width;
  const char *after;
} Place;

static gboolean
find_place(const char *pattern, Place *ret_place)
{
  const char *open = strchr(pattern, '{');
  if (open == NULL || open[1] != 'n')
    return FALSE;
  const char *end = open + 2;
  guint width = 1;
  if (end[0] == ':' && end[1] >= '1' && end[1] <= '0' + DESKTOP_NUMBER_MAX_WIDTH) {
    width = (guint)(end[1] - '0');
    end += 2;
  }
  if (*end != '}')
    return FALSE;
  *ret_place = (Place){.before = (gsize)(open - pattern), .width = width, .after = end + 1};
  return TRUE;
}

/* An empty end is fine: the number is there. */
static gboolean
is_label(const char *pattern, const Place *place)
{
  gsize after = strlen(place->after);
  return strspn(pattern, LABEL_LETTERS) == place->before && strspn(place->after, LABEL_LETTERS) == after &&
         pattern[0] != '-' && (after == 0 || place->after[after - 1] != '-') &&
         place->before + after + DESKTOP_NUMBER_MAX_WIDTH <= DESKTOP_NAME_MAX_BYTES;
}

gboolean
desktop_naming_check(const char *pattern, GError **error)
{
  Place place;
  if (find_place(pattern, &place) && is_label(pattern, &place))
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
      "The naming pattern has lower-case letters, digits and dashes, and once {n} or {n:4} where the "
      "number of the desktop goes (with at least so many digits, 1 to %d), as in \"office-{n:4}\"; with "
      "%d digits no name may be longer than %d characters, nor begin or end with a dash.",
      DESKTOP_NUMBER_MAX_WIDTH, DESKTOP_NUMBER_MAX_WIDTH, DESKTOP_NAME_MAX_BYTES);
  return FALSE;
}

char *
desktop_naming_default(const char *pool_name)
{
  gsize room = DESKTOP_NAME_MAX_BYTES - DESKTOP_NUMBER_MAX_WIDTH - 1;
  g_autofree char *label = g_strndup(pool_name, room);
  g_strcanon(label, LABEL_LETTERS, '-');
  return g_strconcat(label, DEFAULT_PLACE, NULL);
}

char *
desktop_naming_name(const char *pattern, guint number)
{
  Place place;
  if (!find_place(pattern, &place))
    return g_strdup_printf("%s-%04u", pattern, number);
  return g_strdup_printf("%.*s%0*u%s", (int)place.before, pattern, (int)place.width, number, place.after);
}

guint
desktop_naming_number(const char *pattern, const char *name)
{
  Place place;
  guint64 number;
  if (!find_place(pattern, &place) || strncmp(name, pattern, place.before) != 0 ||
      !g_str_has_suffix(name, place.after) || strlen(name) <= place.before + strlen(place.after))
    return 0;
  g_autofree char *digits = g_strndup(name + place.before, strlen(name) - place.before - strlen(place.after));
  if (!g_ascii_string_to_unsigned(digits, 10, 1, DESKTOP_NUMBER_MAX, &number, NULL))
    return 0;
  g_autofree char *same = desktop_naming_name(pattern, (guint)number);
  return g_str_equal(same, name) ? (guint)number : 0;
}
