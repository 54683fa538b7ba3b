/* SPDX-License-Identifier: Apache-2.0 */
#include "host/term_file.h"

#include "common/base/log.h"

gint64
term_file_load(const char *path)
{
  g_autofree char *text = NULL;
  gint64 term = 0;
  if (!g_file_get_contents(path, &text, NULL, NULL) ||
      !g_ascii_string_to_signed(g_strstrip(text), 10, 0, G_MAXINT64, &term, NULL))
    return 0;
  return term;
}

void
term_file_save(const char *path, gint64 term)
{
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n", term);
  g_autoptr(GError) error = NULL;
  if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &error))
    log_error("the broker's term is not kept: %s", error->message);
}
