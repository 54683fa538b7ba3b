/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the brokers of a database, of the leases that one of them holds at a time, and of the public keys
 * that their grants are signed with.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/broker_row.h"

#define BROKER_LEASE_KEEPER "keeper"

/** Enters @row, or writes anew what is there; its keys and leases stay as they are. */
gboolean broker_store_put(DbTransaction *transaction, const BrokerRow *row,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** One more beat of @instance at @now_us. @ret_known tells whether its row is still
 * there and its own. */
gboolean broker_store_beat(DbTransaction *transaction, const char *instance, gint64 now_us,
                           gboolean *ret_known, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The broker @name; CARAWAY_ERROR_NOT_FOUND. */
BrokerRow *broker_store_find(DbTransaction *transaction, const char *name,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All brokers by name: an array of BrokerRow. */
GPtrArray *broker_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Where machines reach @instance. */
gboolean broker_store_set_address(DbTransaction *transaction, const char *instance, const char *address,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that @instance went in order at @now_us. */
gboolean broker_store_set_stopped(DbTransaction *transaction, const char *instance, gint64 now_us,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the row of @name and its keys. */
gboolean broker_store_remove(DbTransaction *transaction, const char *name,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The instance that holds @lease (transfer full); NULL with CARAWAY_ERROR_NOT_FOUND when none does. */
char *broker_store_holder(DbTransaction *transaction, const char *lease,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** @instance (nullable: nobody) holds @lease from now on. */
gboolean broker_store_set_holder(DbTransaction *transaction, const char *lease, const char *instance,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All published keys by id (grant_key_store.h): an array of BrokerKey. */
GPtrArray *broker_store_keys(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The newest @limit keys that were revoked, as BrokerKey without their public halves. */
GPtrArray *broker_store_revoked_keys(DbTransaction *transaction, int limit,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
