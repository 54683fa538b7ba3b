/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting longer after each failure: 1 s, doubled each time, up to a limit.
 */
#pragma once

#include <glib.h>

/** How long to wait after @failures in a row (0: not at all), in microseconds, never over @limit_us. */
gint64 backoff_wait_us(guint failures, gint64 limit_us);
