/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of sessions, live and ended. Two unique indexes keep a user to one live session on a pool and a
 * desktop to one live session.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/page.h"
#include "broker/model/session.h"

/** Enters @session, which has a desktop. That the user or the desktop has one already
 * (CARAWAY_ERROR_CONFLICT) is the failure of a statement after it or of the commit. */
gboolean session_store_add(DbTransaction *transaction, const Session *session,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The session @id, live or ended; CARAWAY_ERROR_NOT_FOUND. */
Session *session_store_find(DbTransaction *transaction, const char *id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The sessions @ids (texts) in that order, NULL for one that is not there: an array of Session. */
GPtrArray *session_store_find_many(DbTransaction *transaction, GPtrArray *ids,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The live sessions of @user_id on @pool_id, by slot. */
GPtrArray *session_store_live(DbTransaction *transaction, const char *user_id, const char *pool_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The live sessions that a time limit of their pool has to do with now. */
GPtrArray *session_store_limited(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Live sessions of @user_id (nullable: of everybody), oldest first; the cursor is "CREATED ID". */
GPtrArray *session_store_list(DbTransaction *transaction, const char *user_id, const Page *page,
                              char **ret_next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All live sessions of @user_id. */
GPtrArray *session_store_of_user(DbTransaction *transaction, const char *user_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All live sessions on @pool_id. */
GPtrArray *session_store_of_pool(DbTransaction *transaction, const char *pool_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All live sessions whose desktops are on @host. */
GPtrArray *session_store_of_host(DbTransaction *transaction, const char *host,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes state, device, viewer and address of @session. */
gboolean session_store_update(DbTransaction *transaction, const Session *session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the session @id with @end_code and @end_detail (a sentence) at @now_us, if it lives. */
gboolean session_store_end(DbTransaction *transaction, const char *id, const char *end_code,
                           const char *end_detail, gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what ended before @before_us. */
gboolean session_store_remove_ended(DbTransaction *transaction, gint64 before_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
