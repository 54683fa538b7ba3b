/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of tests/corpus/texts/hostile.txt (fault 27), each alone and mixed by GLib's test seed: a run
 * that failed is repeated with --seed.
 */
#pragma once

#include <glib.h>

typedef enum {
  HOSTILE_PLAIN = 1 << 0, /**< may be a free text */
  HOSTILE_ACTS = 1 << 1,  /**< has control characters or the like */
  HOSTILE_BYTES = 1 << 2, /**< is no UTF-8 */
  HOSTILE_ANY = HOSTILE_PLAIN | HOSTILE_ACTS | HOSTILE_BYTES,
} HostileKind;

/** Every text of @kinds, and as many mixtures of two to four of them (transfer full, of char *). @folder: the
 * TEST_SOURCE_DIR of a test in a folder of a tier. */
GPtrArray *hostile_texts(const char *folder, HostileKind kinds);
