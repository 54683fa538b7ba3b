/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/message_dialog.h"

#include "common/base/error.h"

#include <string.h>

#define MAX_OPEN 4

static void
on_closed(GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *open_count = user_data;
  g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
  (*open_count)--;
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GOutputStream) stream = G_OUTPUT_STREAM(source);
  g_output_stream_write_all_finish(stream, result, NULL, NULL);
  g_output_stream_close(stream, NULL, NULL);
  g_free(user_data);
}

/* The text goes through standard input: it may begin with '-' and must not become an option. */
gboolean
message_dialog_show(const char *title, const char *text, guint *open_count, GError **error)
{
  if (*open_count >= MAX_OPEN) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                "%d messages are still open on the desktop; the user has to close one first.", MAX_OPEN);
    return FALSE;
  }
  g_autoptr(GError) local = NULL;
  g_autoptr(GSubprocess) dialog =
      g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE, &local, "gxmessage", "-name", "gxmessage", "-title",
                       title, "-center", "-ontop", "-sticky", "-wrap", "-geometry", "420x180", "-font",
                       "Sans 11", "-buttons", "OK:0", "-default", "OK", "-file", "-", NULL);
  if (dialog == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "gxmessage cannot be started: %s",
                local->message);
    return FALSE;
  }
  (*open_count)++;
  g_subprocess_wait_async(dialog, NULL, on_closed, open_count);
  char *copy = g_strdup_printf("%s\n", text);
  GOutputStream *input = g_object_ref(g_subprocess_get_stdin_pipe(dialog));
  g_output_stream_write_all_async(input, copy, strlen(copy), G_PRIORITY_DEFAULT, NULL, on_written, copy);
  return TRUE;
}
