/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one source of chance of a run. Identifiers that the broker makes come from it too (--wrap), so that a
 * seed brings back the same run to the last letter; and hashing passwords, which no run is about, costs
 * nothing.
 */
#pragma once

#include <glib.h>

/** All that comes is decided by @seed . */
void chance_seed(guint64 seed);

/** 0 … @limit - 1; @limit at least 1. */
guint chance_below(guint limit);

/** TRUE @percent times of a hundred. */
gboolean chance_of(guint percent);
