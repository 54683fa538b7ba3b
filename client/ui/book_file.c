/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/book_file.h"

#include <errno.h>

#include "common/base/log.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600

static char *
folder_path(void)
{
  return g_build_filename(g_get_user_config_dir(), "caraway", NULL);
}

ServerBook *
book_file_load(void)
{
  g_autofree char *folder = folder_path();
  g_autofree char *path = g_build_filename(folder, "servers.ini", NULL);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &text, NULL, &error)) {
    if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      log_warning("cannot read the remembered servers: %s", error->message);
    return server_book_new();
  }
  guint skipped = 0;
  ServerBook *book = server_book_parse(text, &skipped);
  if (skipped > 0)
    log_warning("%s: left out %u servers that are written wrongly", path, skipped);
  return book;
}

void
book_file_save(const ServerBook *book)
{
  g_autofree char *folder = folder_path();
  g_autofree char *path = g_build_filename(folder, "servers.ini", NULL);
  g_autofree char *text = server_book_to_text(book);
  g_autoptr(GError) error = NULL;
  if (g_mkdir_with_parents(folder, FOLDER_MODE) < 0) {
    log_warning("cannot make the folder %s: %s", folder, g_strerror(errno));
    return;
  }
  if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &error))
    log_warning("cannot remember the server: %s", error->message);
}
