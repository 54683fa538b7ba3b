/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on a bounded pool of threads, in lanes: tasks of one lane run one after another in the order they were
 * pushed, tasks of different lanes at once. A lane that is full refuses.
 */
#pragma once

#include <glib.h>

typedef struct SerialLanes SerialLanes;

/** A task; runs once on a worker thread. */
typedef void (*SerialTask)(gpointer data);

/** Lanes over @threads threads; each lane holds at most @limit tasks that wait. */
SerialLanes *serial_lanes_new(guint threads, guint limit);

/** Appends @task to the lane named @lane; @data is freed with @destroy after it ran. FALSE (and @data is
 * freed) when the lane is full. */
gboolean serial_lanes_push(SerialLanes *lanes, const char *lane, SerialTask task, gpointer data,
                           GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

/** As serial_lanes_push(), but never refuses: for what must not be lost and cannot come often. */
void serial_lanes_push_always(SerialLanes *lanes, const char *lane, SerialTask task, gpointer data,
                              GDestroyNotify destroy);

/** Waits until every pushed task ran, and frees @lanes (nullable). */
void serial_lanes_free(SerialLanes *lanes);
