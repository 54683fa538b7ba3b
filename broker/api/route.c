/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/route.h"

#include "common/base/text.h"

#include <string.h>

#define PATH_MAX_BYTES 2048
#define SEGMENTS_MAX   12
#define SEGMENT_MAX    255

/* A segment as it was meant: plain text without slashes. */
static char *
decode_segment(const char *segment)
{
  g_autofree char *text = g_uri_unescape_string(segment, "/");
  if (text == NULL || *text == '\0' || strlen(text) > SEGMENT_MAX || !text_is_plain(text))
    return NULL;
  return g_steal_pointer(&text);
}

/* Compares undecoded, so that there is one spelling of every fixed segment; @pattern starts behind a slash.
 * Many patterns are tried for one request: nothing is copied. */
static gboolean
segment_matches(const char *pattern, gsize length, const char *segment)
{
  return pattern[0] == '{' || (strncmp(pattern, segment, length) == 0 && segment[length] == '\0');
}

static gboolean
matches(const char *pattern, char *const *segments)
{
  for (;; segments++) {
    gsize length = strcspn(pattern, "/");
    if (*segments == NULL || !segment_matches(pattern, length, *segments))
      return FALSE;
    if (pattern[length] == '\0')
      return segments[1] == NULL;
    pattern += length + 1;
  }
}

static GStrv
decode_parameters(const char *pattern, char *const *segments)
{
  g_auto(GStrv) expected = g_strsplit(pattern, "/", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (gsize i = 0; expected[i] != NULL; i++) {
    if (expected[i][0] != '{')
      continue;
    g_autofree char *value = decode_segment(segments[i]);
    if (value == NULL)
      return NULL;
    g_strv_builder_add(builder, value);
  }
  return g_strv_builder_end(builder);
}

static gboolean
serves(const Route *route, const char *method)
{
  return strcmp(route->method, method) == 0 ||
         (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

RouteMatch
route_find(const char *method, const char *path, const Route **ret_route, GStrv *ret_parameters,
           char **ret_allow)
{
  if (strnlen(path, PATH_MAX_BYTES + 1) > PATH_MAX_BYTES)
    return ROUTE_BAD_PATH;
  g_auto(GStrv) segments = g_strsplit(path, "/", SEGMENTS_MAX);
  g_autoptr(GString) allow = g_string_new(NULL);
  for (const Route *route = route_table(); route->method != NULL; route++) {
    if (!matches(route->pattern, segments))
      continue;
    if (!serves(route, method)) {
      g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "", route->method);
      continue;
    }
    *ret_parameters = decode_parameters(route->pattern, segments);
    *ret_route = route;
    return *ret_parameters != NULL ? ROUTE_FOUND : ROUTE_BAD_PATH;
  }
  if (allow->len == 0)
    return ROUTE_UNKNOWN_PATH;
  *ret_allow = g_strdup(allow->str);
  return ROUTE_UNKNOWN_METHOD;
}
