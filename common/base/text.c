/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>

char *
text_cut(const char *text, gsize max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, max_bytes + 4));
  if (strlen(valid) <= max_bytes)
    return g_steal_pointer(&valid);
  const char *end = g_utf8_find_prev_char(valid, valid + max_bytes + 1);
  return g_strndup(valid, end != NULL ? (gsize)(end - valid) : 0);
}
