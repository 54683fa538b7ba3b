/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/progress.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_CHARACTERS 78

struct Progress {
  gboolean is_terminal;
  gboolean is_line_open;
  gint64 start_us;
  char *step;
};

Progress *
progress_new(void)
{
  Progress *progress = g_new0(Progress, 1);
  progress->is_terminal = isatty(STDERR_FILENO);
  progress->start_us = g_get_monotonic_time();
  return progress;
}

static void
rewrite_line(Progress *progress, int percent, const char *detail)
{
  g_autofree char *text = g_strdup_printf("%3d %%  %s%s%s", percent, progress->step,
                                          detail != NULL ? ": " : "", detail != NULL ? detail : "");
  g_autofree char *cut =
      g_utf8_strlen(text, -1) > LINE_CHARACTERS ? g_utf8_substring(text, 0, LINE_CHARACTERS) : g_strdup(text);
  fprintf(stderr, "\r\033[K%s", cut);
  fflush(stderr);
  progress->is_line_open = TRUE;
}

void
progress_step(Progress *progress, int percent, const char *text)
{
  g_free(progress->step);
  progress->step = g_strdup(text);
  if (progress->is_terminal)
    rewrite_line(progress, percent, NULL);
  else
    fprintf(stderr, "%3d %%  %s (%.0f s)\n", percent, text,
            (double)(g_get_monotonic_time() - progress->start_us) / G_USEC_PER_SEC);
}

void
progress_detail(Progress *progress, int percent, const char *detail)
{
  if (progress->is_terminal && progress->step != NULL)
    rewrite_line(progress, percent, detail);
}

void
progress_end(Progress *progress)
{
  if (progress->is_line_open)
    fputs("\r\033[K", stderr);
  progress->is_line_open = FALSE;
}

void
progress_free(Progress *progress)
{
  if (progress == NULL)
    return;
  progress_end(progress);
  g_free(progress->step);
  g_free(progress);
}
