/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain and most frequent case of opening a console, for many at once: the device that connected asks for
 * a grant on its ready session. Facts and audit rows of all who have come by then share one transaction; each
 * thread signs its own grant after it. Whatever is not plain is left to the general way of console_access.c.
 */
#pragma once

#include "broker/service/connect/console_access.h"

typedef struct GrantBatch GrantBatch;

/** Batches of @services (borrowed). */
GrantBatch *grant_batch_new(Services *services);

/** A grant for our native viewer on @caller's session @session_id, written to the audit log; NULL when the
 * general way has to be gone. */
ConsoleAccess *grant_batch_create(GrantBatch *batch, const Caller *caller, const char *session_id);

/** How many grants were given so. */
guint grant_batch_count(GrantBatch *batch);

/** Frees @batch (nullable); nobody may wait for it. */
void grant_batch_free(GrantBatch *batch);
