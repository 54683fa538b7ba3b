/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The highest term of a broker that this host has obeyed, kept on disk so that one that was replaced cannot
 * command it after a restart either (INVARIANTS, fault 10).
 */
#pragma once

#include <glib.h>

/** The term in the file @path; 0 when there is none. */
gint64 term_file_load(const char *path);

/** Saves @term into @path, synced; failing is logged. Blocks for a moment; once for each new broker. */
void term_file_save(const char *path, gint64 term);
