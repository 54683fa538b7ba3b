/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that want the same kind of thing done at once have it done together: one of them does it for all
 * that have come by then, the others wait. Owns the queue, not what is done.
 */
#pragma once

#include <glib.h>

typedef struct Combiner Combiner;

/**
 * Called in one of the waiting threads, never in two at a time. It takes what there is to do with
 * combiner_take(), once it is about to begin: what comes while it waits for something is done with the rest.
 */
typedef void (*CombinerRun)(Combiner *combiner, gpointer data);

/** A combiner whose work is done by @run, at most @limit requests at a time. */
Combiner *combiner_new(guint limit, CombinerRun run, gpointer data);

/** Has @request (borrowed) done; returns once it is. */
void combiner_do(Combiner *combiner, gpointer request);

/** The requests to be done now, in the order they came (transfer container); at least one. Only in a
 * CombinerRun, once each time. */
GPtrArray *combiner_take(Combiner *combiner);

/** Frees @combiner (nullable); nobody may wait. */
void combiner_free(Combiner *combiner);
