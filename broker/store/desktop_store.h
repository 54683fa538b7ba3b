/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of desktops. A claim is conditional: it changes a row only while nobody else has it.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/desktop.h"
#include "broker/model/page.h"
#include "broker/model/pool.h"

/** Enters @desktop. */
gboolean desktop_store_add(DbTransaction *transaction, const Desktop *desktop,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktop with id or name @key; CARAWAY_ERROR_NOT_FOUND. */
Desktop *desktop_store_find(DbTransaction *transaction, const char *key,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Desktops by name; the cursor is the last name. */
GPtrArray *desktop_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktops of @pool_id, oldest first. */
GPtrArray *desktop_store_of_pool(DbTransaction *transaction, const char *pool_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Desktops of @pool_id that nobody owns, that are not going away and whose host answers: ready ones first, of
 * these those of @shape first, oldest first. When there are @limit ready ones of @shape, only those; else at
 * most 200 of all.
 */
GPtrArray *desktop_store_free_of_pool(DbTransaction *transaction, const char *pool_id, const char *shape,
                                      guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many desktops of @pool_id nobody owns whose hosts do not answer; @ret_hosts: their names (transfer
 * full). */
gboolean desktop_store_unreachable(DbTransaction *transaction, const char *pool_id, guint *ret_count,
                                   GStrv *ret_hosts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktops on @host, oldest first. */
GPtrArray *desktop_store_of_host(DbTransaction *transaction, const char *host,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Free desktops of @pool_id that are not of @shape, youngest first, at most @limit; those on lost hosts are
 * left alone here and below. */
GPtrArray *desktop_store_outdated(DbTransaction *transaction, const char *pool_id, const char *shape,
                                  guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Desktops of @pool_id with @assignment and of @shape, youngest first, at most @limit. */
GPtrArray *desktop_store_youngest(DbTransaction *transaction, const char *pool_id, Assignment assignment,
                                  const char *shape, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Desktops of @pool_id that are to be destroyed, on hosts that answer, without a command that says so, at
 * most @limit. */
GPtrArray *desktop_store_undestroyed(DbTransaction *transaction, const char *pool_id, guint limit,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Desktops of floating pools that have an owner and no session. */
GPtrArray *desktop_store_abandoned(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes everything of @desktop that can change, epoch and owner included. */
gboolean desktop_store_update(DbTransaction *transaction, const Desktop *desktop,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives the desktop @id to @owner_id as the one in @slot and raises its epoch, if nobody owns it and it is
 * not going away; @ret_claimed tells. CARAWAY_ERROR_CONFLICT when that slot is taken. */
gboolean desktop_store_claim(DbTransaction *transaction, const char *id, const char *owner_id, guint slot,
                             gboolean *ret_claimed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktops of @pool_id that @owner_id owns, by slot. */
GPtrArray *desktop_store_owned(DbTransaction *transaction, const char *pool_id, const char *owner_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many desktops @owner_id owns in all pools. */
gboolean desktop_store_count_owned(DbTransaction *transaction, const char *owner_id, gint64 *ret_count,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The owner of @id has had a console of it. */
gboolean desktop_store_mark_used(DbTransaction *transaction, const char *id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** No desktop of @pool_id is to be made anew for @user_id any more. */
gboolean desktop_store_forget_remake(DbTransaction *transaction, const char *pool_id, const char *user_id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** No desktop of any pool is to be made anew for @user_id any more. */
gboolean desktop_store_forget_remakes(DbTransaction *transaction, const char *user_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the row of @id. */
gboolean desktop_store_remove(DbTransaction *transaction, const char *id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Counts the desktops of @pool_id (nullable: of all pools) by their condition. */
gboolean desktop_store_count(DbTransaction *transaction, const char *pool_id, PoolCounts *ret_counts,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
