/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the corpora below tests/corpus, in which any bytes are written as printable text: %HH is a byte,
 * <<N|TEXT>> is TEXT N times.
 */
#pragma once

#include <glib.h>

/** The bytes that @line stands for (transfer full). */
GString *corpus_line_bytes(const char *line);

/** The lines of @file below tests/corpus, comments among them (transfer full). The calling test is in a
 * folder of a tier: @folder is its TEST_SOURCE_DIR. */
GStrv corpus_lines(const char *folder, const char *file);
