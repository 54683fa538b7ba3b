/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What assignment_store.h does, for PostgreSQL: each with one statement for all rows, because there every
 * statement is a message to the server and back.
 */
#pragma once

#include "broker/store/assignment_store.h"

/** assignment_store_judge() */
gboolean assignment_store_postgres_judge(DbTransaction *transaction, AssignmentRow *rows, guint count,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** assignment_store_enter() */
gboolean assignment_store_postgres_enter(DbTransaction *transaction, AssignmentRow *rows, guint count,
                                         gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;
