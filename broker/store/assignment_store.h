/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of an assignment, several at a time: the facts that it needs, and all that it writes. What decides
 * is in broker/policy and broker/service; a claim stays conditional.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/desktop.h"
#include "broker/model/session.h"

/** Somebody who wants a desktop of a pool. Everything is borrowed. */
typedef struct {
  const char *pool_id;
  const char *user_id;
  const char *address;
  const char *key;        /**< (nullable) idempotency key */
  gboolean opens;         /**< a grant for our native viewer is entered in the audit log with it */
  gboolean is_plain;      /**< set by assignment_store_judge() */
  const Desktop *desktop; /**< the spare that they are to be given */
  const Session *session; /**< the session that is to be entered */
  gboolean is_entered;    /**< set by assignment_store_enter() */
} AssignmentRow;

/**
 * Tells of each of @rows (@count) whether it is the plain case: an account that may sign in and is entitled
 * to the pool, owns nothing there, has no session there, and a key that was not used.
 */
gboolean assignment_store_judge(DbTransaction *transaction, AssignmentRow *rows, guint count,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A desktop that can be handed out, and where its host's relay is. */
typedef struct {
  Desktop *desktop; /**< what an assignment needs of it, not its owner's, session's and pool's names */
  char *relay_address;
  guint16 relay_port;
} AssignmentSpare;

/** Ready spares of @pool_id of @shape on hosts that answer, oldest first, at most @limit: an array of
 * AssignmentSpare. */
GPtrArray *assignment_store_spares(DbTransaction *transaction, const char *pool_id, const char *shape,
                                   guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Enters each of @rows that has a desktop: claims it and raises its epoch, enters the session, the key, the
 * audit rows and the command that tells the host the epoch. One whose desktop somebody else has by now is
 * left out, and its is_entered stays FALSE.
 */
gboolean assignment_store_enter(DbTransaction *transaction, AssignmentRow *rows, guint count, gint64 now_us,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
