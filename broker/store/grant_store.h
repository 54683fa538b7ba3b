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
  Session *session; /**< (nullable) without what its desktop and pool add */
  Epoch epoch;
  char *relay_address;
  guint16 relay_port;
  GStrv channels;
} GrantRow;

/** Somebody who asks for a grant. Everything but the row is borrowed. */
typedef struct {
  const char *session_id;
  const char *user_id;
  const char *user_name;
  const char *device; /**< hash of the sign-in that they ask by */
  const char *address;
  gboolean proven; /**< with a second factor */
  GrantRow *row;   /**< (nullable, transfer full) set by grant_store_enter() */
} GrantRequest;

/**
 * Sets the facts of each of @requests (@count) that is the plain case, and enters in the audit log that its
 * user has a grant for our native viewer: the session is ready, theirs, @device is what was last let in,
 * its host answers, and its pool asks for no second factor that they did not prove. The row of any other
 * stays NULL.
 */
gboolean grant_store_enter(DbTransaction *transaction, GrantRequest *requests, guint count, gint64 now_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void grant_row_free(GrantRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantRow, grant_row_free)
