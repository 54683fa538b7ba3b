/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must survive a crash of the relay: the ids of grants that were spent, and the highest epoch of each
 * desktop (invariant I3). A small text file that is appended to and synced before a grant counts as spent,
 * and is rewritten when much of it has become useless. Expired grants need not be remembered, nor desktops
 * that are gone.
 */
#pragma once

#include "common/base/clock.h"
#include "common/wire/epoch.h"

typedef struct SpentStore SpentStore;

/** Told when a note is safe on disk, or with @error when it is not: then the grant must not be used. */
typedef void (*SpentStoreDone)(const GError *error, gpointer user_data);

/** Opens or makes @path and reads it; @clock must outlive the store. A torn last line, as a crash leaves it,
 * is dropped; any other damage fails with CARAWAY_ERROR_CONFIG. */
SpentStore *spent_store_open(const char *path, const Clock *clock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the grant @id was spent. */
gboolean spent_store_is_spent(SpentStore *store, const char *id);

/** The highest epoch of @desktop ever noted; 0.0 when none was. */
Epoch spent_store_epoch(SpentStore *store, const char *desktop);

/**
 * Notes at once in memory, and on disk by a worker, that the grant @id (which expires at @expires_s) is spent
 * and that @desktop has reached @epoch. @done is called later on this thread.
 */
void spent_store_spend(SpentStore *store, const char *id, gint64 expires_s, const char *desktop, Epoch epoch,
                       SpentStoreDone done, gpointer user_data);

/** Notes, as above but without waiting for it, that @desktop has reached @epoch when that is news. */
void spent_store_raise(SpentStore *store, const char *desktop, Epoch epoch);

/** Forgets @desktop with the next rewriting. */
void spent_store_forget(SpentStore *store, const char *desktop);

/** Forgets grants that had expired before @now_s (broker time) and were noted some time ago (steady time, so
 * that a broker's clock which steps forth and back revives none), and rewrites the file if that is worth it.
 */
void spent_store_compact(SpentStore *store, gint64 now_s);

/** Waits for what is being written, and frees @store (nullable). Nobody is told any more. */
void spent_store_free(SpentStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpentStore, spent_store_free)
