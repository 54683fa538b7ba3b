/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded pool of threads for calls that block (libvirt, disks): the main loop hands out work and is told
 * when it is done. Work that hangs holds a thread, never the loop.
 */
#pragma once

#include <glib.h>

typedef struct Workers Workers;

/** Runs on a worker. */
typedef void (*WorkersRun)(gpointer data);

/** Runs on the default main context afterwards; owns @data again. */
typedef void (*WorkersDone)(gpointer data);

/** A pool of at most @threads threads. */
Workers *workers_new(guint threads);

/** Queues @run(@data), then @done(@data) on the main context. */
void workers_push(Workers *workers, WorkersRun run, WorkersDone done, gpointer data);

/** How many pieces of work wait or run. */
guint workers_load(const Workers *workers);

/** Frees @workers (nullable) without waiting for what hangs; call it when the loop has ended. */
void workers_free(Workers *workers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Workers, workers_free)
