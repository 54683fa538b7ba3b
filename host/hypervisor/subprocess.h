/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program by its argument vector, never through a shell, with a time limit and bounded output. Blocks.
 */
#pragma once

#include <glib.h>

/** What came of a run. */
typedef struct {
  gboolean timed_out;   /**< it was killed at the limit */
  gboolean was_stopped; /**< the watch said enough, and it was killed */
  int status;           /**< exit status; -1 when a signal ended it */
  char *output;         /**< standard output and error, the last 64 KiB at most */
} SubprocessResult;

/** Looks at the output so far (NUL-terminated); TRUE ends the program. */
typedef gboolean (*SubprocessWatch)(const char *output, gint64 elapsed_ms, gpointer user_data);

/**
 * Runs @argv (NULL-terminated) for at most @limit_ms. @watch (nullable) is asked at each piece of output and
 * twice a second. FALSE and CARAWAY_ERROR_INTERNAL when it could not be started.
 */
gboolean subprocess_run(const char *const *argv, gint64 limit_ms, SubprocessWatch watch, gpointer user_data,
                        SubprocessResult *ret_result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees what @result holds. */
void subprocess_result_clear(SubprocessResult *result);
