/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_terminal.h"

#include "common/base/error.h"
#include "common/base/secret.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define MAX_LINE 1024

gboolean
ctl_terminal_is_interactive(void)
{
  return isatty(STDIN_FILENO);
}

/* Byte by byte: what follows the line stays in the pipe for the next question. */
static char *
read_line(void)
{
  char line[MAX_LINE];
  gsize length = 0;
  gboolean is_complete = FALSE;
  for (char c; length < sizeof line - 1 && read(STDIN_FILENO, &c, 1) == 1;) {
    is_complete = c == '\n';
    if (is_complete)
      break;
    line[length++] = c;
  }
  if (length > 0 && line[length - 1] == '\r')
    length--;
  line[length] = '\0';
  char *text = is_complete || length > 0 ? g_strdup(line) : NULL;
  explicit_bzero(line, sizeof line);
  return text;
}

/* Waits for a line or a signal that is blocked meanwhile. */
static gboolean
wait_for_line(const sigset_t *signals)
{
  int descriptor = signalfd(-1, signals, SFD_CLOEXEC);
  struct pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {descriptor, POLLIN, 0}};
  while (poll(watched, G_N_ELEMENTS(watched), -1) < 0)
    continue;
  if (descriptor >= 0)
    close(descriptor);
  return watched[1].revents == 0;
}

/* Ctrl-C must not leave the terminal without echo: signals wait until it is back, and then strike. The prompt
 * comes after the echo has gone, so that nobody can type too early. */
static char *
read_line_without_echo(const char *prompt)
{
  struct termios shown;
  if (tcgetattr(STDIN_FILENO, &shown) != 0)
    return NULL;
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, &before);
  struct termios hidden = shown;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  g_printerr("%s: ", prompt);
  char *line = wait_for_line(&signals) ? read_line() : NULL;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  g_printerr("\n");
  sigprocmask(SIG_SETMASK, &before, NULL);
  return line;
}

char *
ctl_terminal_ask(const char *prompt, GError **error)
{
  if (!ctl_terminal_is_interactive()) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no terminal to ask at: %s is missing.",
                prompt);
    return NULL;
  }
  g_printerr("%s: ", prompt);
  g_autofree char *line = read_line();
  if (line == NULL || line[0] == '\0') {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "%s is missing.", prompt);
    return NULL;
  }
  return g_steal_pointer(&line);
}

static char *
ask_secret(const char *prompt, const char *what, GError **error)
{
  char *line = ctl_terminal_is_interactive() ? read_line_without_echo(prompt) : read_line();
  if (line != NULL && line[0] != '\0')
    return line;
  secret_free(line);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "No %s was given. Type it when asked, or give it as a line of standard input.", what);
  return NULL;
}

char *
ctl_terminal_password(const char *prompt, GError **error)
{
  return ask_secret(prompt, "password", error);
}

char *
ctl_terminal_code(const char *prompt, GError **error)
{
  return ask_secret(prompt, "code", error);
}

char *
ctl_terminal_new_password(GError **error)
{
  char *password = ctl_terminal_password("New password", error);
  if (password == NULL || !ctl_terminal_is_interactive())
    return password;
  char *again = ctl_terminal_password("The same again", error);
  gboolean is_same = again != NULL && secret_equal(password, again);
  if (again != NULL && !is_same)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "The two passwords differ. Nothing was changed.");
  secret_free(again);
  if (is_same)
    return password;
  secret_free(password);
  return NULL;
}

gboolean
ctl_terminal_confirm(const char *question)
{
  g_printerr("%s [y/N] ", question);
  g_autofree char *line = read_line();
  g_autofree char *answer = line != NULL ? g_ascii_strdown(line, -1) : g_strdup("");
  return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0;
}
