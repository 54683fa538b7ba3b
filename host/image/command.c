/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/command.h"

#include "common/base/error.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define KEPT_LINES 6

static void
enter_own_group(gpointer user_data)
{
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void
stop_group(GCancellable *cancellable, gpointer user_data)
{
  const char *identifier = g_subprocess_get_identifier(user_data);
  if (identifier != NULL)
    kill(-(pid_t)g_ascii_strtoll(identifier, NULL, 10), SIGTERM);
}

static GSubprocess *
start(const Command *command, GError **error)
{
  g_autofree char *program = g_find_program_in_path(command->arguments[0]);
  if (program == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "The program %s is not installed; install the Debian package %s.", command->arguments[0],
                command->package);
    return NULL;
  }
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_child_setup(launcher, enter_own_group, NULL, NULL);
  for (const char *const *pair = command->environment; pair != NULL && *pair != NULL; pair++) {
    g_auto(GStrv) parts = g_strsplit(*pair, "=", 2);
    g_subprocess_launcher_setenv(launcher, parts[0], parts[1], TRUE);
  }
  return g_subprocess_launcher_spawnv(launcher, command->arguments, error);
}

/* Reads to the end of standard error; returns the last lines, joined. */
static char *
drain(const Command *command, GSubprocess *process)
{
  g_autoptr(GDataInputStream) lines = g_data_input_stream_new(g_subprocess_get_stderr_pipe(process));
  g_data_input_stream_set_newline_type(lines, G_DATA_STREAM_NEWLINE_TYPE_ANY);
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
  for (;;) {
    char *line = g_data_input_stream_read_line(lines, NULL, NULL, NULL);
    if (line == NULL)
      break;
    if (command->on_line != NULL)
      command->on_line(line, command->user_data);
    g_ptr_array_add(kept, line);
    if (kept->len > KEPT_LINES)
      g_ptr_array_remove_index(kept, 0);
  }
  g_ptr_array_add(kept, NULL);
  g_autofree char *text = g_strjoinv("\n  ", (char **)kept->pdata);
  return g_utf8_make_valid(text, -1);
}

static gboolean
fail(const Command *command, const char *said, GError **error)
{
  const gboolean is_full = strstr(said, g_strerror(ENOSPC)) != NULL ||
                           strstr(said, "No space left") != NULL ||
                           strstr(said, "Could not allocate block") != NULL;
  if (is_full)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
                "The disk became full while %s ran; free some space and build again.", command->arguments[0]);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "%s failed. It said:\n  %s",
                command->arguments[0], said);
  return FALSE;
}

gboolean
command_run(const Command *command, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled(cancellable, error))
    return FALSE;
  g_autoptr(GSubprocess) process = start(command, error);
  if (process == NULL)
    return FALSE;
  const gulong handler =
      cancellable != NULL ? g_cancellable_connect(cancellable, G_CALLBACK(stop_group), process, NULL) : 0;
  g_autofree char *said = drain(command, process);
  const gboolean is_over = g_subprocess_wait(process, NULL, error);
  if (handler != 0)
    g_cancellable_disconnect(cancellable, handler);
  if (!is_over || g_cancellable_set_error_if_cancelled(cancellable, error))
    return FALSE;
  return g_subprocess_get_successful(process) || fail(command, said, error);
}
