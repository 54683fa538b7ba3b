/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/subprocess.h"

#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_OUTPUT (64 * 1024)
#define LOOK_MS    500

static gint64
now_ms(void)
{
  return g_get_monotonic_time() / 1000;
}

/* Adds what is there to @output; FALSE at its end. */
static gboolean
read_some(int fd, GString *output)
{
  char buffer[4096];
  gssize count = read(fd, buffer, sizeof buffer);
  if (count < 0)
    return errno == EINTR || errno == EAGAIN;
  for (gssize i = 0; i < count; i++)
    if (buffer[i] == '\0')
      buffer[i] = ' ';
  g_string_append_len(output, buffer, count);
  if (output->len > 2 * MAX_OUTPUT)
    g_string_erase(output, 0, (gssize)(output->len - MAX_OUTPUT));
  return count > 0;
}

static void
follow(int fd, gint64 limit_ms, SubprocessWatch watch, gpointer user_data, GString *output,
       SubprocessResult *result)
{
  gint64 start = now_ms();
  for (;;) {
    gint64 elapsed = now_ms() - start;
    result->timed_out = elapsed >= limit_ms;
    result->was_stopped = !result->timed_out && watch != NULL && watch(output->str, elapsed, user_data);
    if (result->timed_out || result->was_stopped)
      return;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, (int)MIN(LOOK_MS, limit_ms - elapsed)) > 0 && !read_some(fd, output))
      return;
  }
}

static int
reap(GPid pid, gboolean kill_first)
{
  if (kill_first)
    kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

gboolean
subprocess_run(const char *const *argv, gint64 limit_ms, SubprocessWatch watch, gpointer user_data,
               SubprocessResult *ret_result, GError **error)
{
  int pipe_fds[2];
  g_autoptr(GError) local = NULL;
  GPid pid = 0;
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "No pipe for %s: %s", argv[0],
                g_strerror(errno));
    return FALSE;
  }
  gboolean started = g_spawn_async_with_pipes_and_fds(
      NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, pipe_fds[1],
      pipe_fds[1], NULL, NULL, 0, &pid, NULL, NULL, NULL, &local);
  close(pipe_fds[1]);
  if (!started) {
    close(pipe_fds[0]);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "%s does not start: %s", argv[0],
                local->message);
    return FALSE;
  }
  SubprocessResult result = {0};
  GString *output = g_string_new(NULL);
  follow(pipe_fds[0], limit_ms, watch, user_data, output, &result);
  result.status = reap(pid, result.timed_out || result.was_stopped);
  close(pipe_fds[0]);
  result.output = g_string_free(output, FALSE);
  *ret_result = result;
  return TRUE;
}

void
subprocess_result_clear(SubprocessResult *result)
{
  g_clear_pointer(&result->output, g_free);
}
