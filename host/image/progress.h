/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells a person how far a build is, on standard error: one line that is rewritten on a terminal, one line
 * for each step elsewhere. Steps have fixed shares of the whole, measured on an ordinary build.
 */
#pragma once

#include <glib.h>

typedef struct Progress Progress;

/** Progress on standard error. */
Progress *progress_new(void);

/** A new step @text begins, at @percent of the whole. */
void progress_step(Progress *progress, int percent, const char *text);

/** More about the running step, e.g. what the program of that step says; shown on a terminal only. */
void progress_detail(Progress *progress, int percent, const char *detail);

/** Ends the line that is being rewritten, so that other text may follow. */
void progress_end(Progress *progress);

/** Frees @progress (nullable). */
void progress_free(Progress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)
