/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The turns of those who write, and the batches they form. One writes at a time. Who is done while others
 * wait hands the turn on instead of committing; the last of the batch commits for all, and everybody returns
 * only then: one wait for the disk serves the whole batch. Each member is a savepoint of its own, so that
 * undoing one leaves the others.
 */
#pragma once

#include "broker/db/connection.h"

/** So many members at most wait for one commit. */
#define GROUP_COMMIT_MEMBERS_MAX 64

typedef struct GroupCommit GroupCommit;

/** Called in commit order once a member's @work (of group_commit_accept()) is durable. */
typedef void (*GroupCommitted)(gpointer work, gpointer data);

/** Turns on @writer (borrowed). @committed is called for each member's work; @free_work frees that work. */
GroupCommit *group_commit_new(Connection *writer, GroupCommitted committed, gpointer data,
                              GDestroyNotify free_work);

/** Waits for the turn and begins a member. */
gboolean group_commit_join(GroupCommit *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the member that has the turn and waits until it is durable. FALSE: nothing of it happened. @work
 * (transfer full, nullable) belongs to it. */
gboolean group_commit_accept(GroupCommit *group, gpointer work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Undoes the member that has the turn, and waits until what it saw of the batch is durable or undone. */
void group_commit_undo(GroupCommit *group);

/** Who waits for the turn now, and how many batches and members became durable. */
void group_commit_count(GroupCommit *group, guint *ret_waiting, guint64 *ret_commits, guint64 *ret_members);

/** Frees @group (nullable); nobody may have a turn or wait. */
void group_commit_free(GroupCommit *group);
