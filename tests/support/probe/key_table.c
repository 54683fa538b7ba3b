/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/key_table.h"

#include <string.h>

/* A row of keys whose scan codes follow each other, without and with shift. */
typedef struct {
  guint first;
  const char *plain, *shifted;
} KeyRow;

static const KeyRow rows[] = {
    {0x02, "1234567890-=", "!@#$%^&*()_+"},
    {0x10, "qwertyuiop[]", "QWERTYUIOP{}"},
    {0x1e, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
    {0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
    {0x39, " ", " "},
};

gboolean
key_table_find(char character, KeyStroke *ret_stroke)
{
  for (gsize i = 0; character != '\0' && i < G_N_ELEMENTS(rows); i++) {
    const char *plain = strchr(rows[i].plain, character);
    const char *shifted = strchr(rows[i].shifted, character);
    if (plain == NULL && shifted == NULL)
      continue;
    ret_stroke->with_shift = plain == NULL;
    ret_stroke->scan_code =
        rows[i].first + (guint)(plain != NULL ? plain - rows[i].plain : shifted - rows[i].shifted);
    return TRUE;
  }
  return FALSE;
}
