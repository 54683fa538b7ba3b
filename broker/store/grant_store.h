/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a console grant is made of, read at once: the session, its desktop's epoch, the relay of its host,
 * the channels of its pool.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/session.h"
#include "common/wire/epoch.h"

typedef struct {
  Session *session; /**< without what its desktop and pool add */
  Epoch epoch;
  char *relay_address;
  guint16 relay_port;
  GStrv channels;
} GrantRow;

/**
 * The facts of the session @session_id in the plain case: it is ready, of @user_id, who asks from the device
 * @device that was last let in, and its host answers. In any other case @ret_row is NULL.
 */
gboolean grant_store_find(DbTransaction *transaction, const char *session_id, const char *user_id,
                          const char *device, GrantRow **ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void grant_row_free(GrantRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantRow, grant_row_free)
