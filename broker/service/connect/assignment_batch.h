/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain and most frequent case of connecting, for many at once: users who have nothing of a floating pool
 * yet are given ready spares, all that have come by then in one transaction. Whatever is not plain, or goes
 * wrong, is left to the general way of connect.c, which also says why.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/session.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/services.h"

typedef struct AssignmentBatch AssignmentBatch;

/** Batches of @services (borrowed). */
AssignmentBatch *assignment_batch_new(Services *services);

/**
 * A session of @caller on the pool with id or name @pool, durable, under the idempotency key @key (nullable);
 * NULL when nothing happened and the general way has to be gone. With @ret_access (nullable) a console is
 * opened for our native viewer in the same turn; NULL is left there when that has to go the general way.
 */
Session *assignment_batch_connect(AssignmentBatch *batch, const Caller *caller, const char *pool,
                                  const char *key, ConsoleAccess **ret_access);

/** How many were connected by batches, and by how many of these. */
void assignment_batch_count(AssignmentBatch *batch, guint64 *ret_assignments, guint64 *ret_batches);

/** Frees @batch (nullable); nobody may wait for it. */
void assignment_batch_free(AssignmentBatch *batch);
