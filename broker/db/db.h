/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The narrow driver under the stores: transactions, bound statements, rows. One connection writes, a few
 * read, and any thread may begin a transaction. What is specific to an engine stays in its connection file;
 * the statements are portable SQL with ? for each bound value. Owns no schema.
 *
 * Those who write take turns. While others wait for theirs, commits are gathered: the last of a batch of at
 * most 64 commits for all, and every db_commit() returns only then. A use case in DB_WRITE sees what members
 * before it did; what it hands out of that it may hand out once its own db_commit() returned TRUE, also when
 * it wrote nothing.
 *
 * Errors are of CARAWAY_ERROR: NO_SPACE, CONFLICT (a constraint said no), DATABASE. After a statement failed,
 * its transaction can only be undone: each later statement and db_commit() fail with the same error.
 */
#pragma once

#include "broker/db/db_statement.h"
#include "common/base/clock.h"

typedef struct Db Db;

typedef enum {
  DB_READ,  /**< one consistent view; several at once */
  DB_WRITE, /**< one at a time; durable once db_commit() returned TRUE */
} DbMode;

/** The longest payload of a notice. */
#define DB_PAYLOAD_MAX 200

/** Called with each notice, from one thread of the driver's, in the order of the commits. @channel NULL:
 * anything may have been missed. */
typedef void (*DbListener)(const char *channel, const char *payload, gpointer data);

/**
 * Opens the database @address for @readers readers beside the writer: postgresql://USER@HOST:PORT/NAME, or
 * the path of an SQLite file, which is made with mode 0600. @clock (borrowed) is the time of a database that
 * has none of its own. A file that another process has open fails with CARAWAY_ERROR_CONFLICT: the embedded
 * database serves one broker. A server that goes away later is connected to again by whoever begins next.
 */
Db *db_open(const char *address, guint readers, const Clock *clock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As db_open(), but for one reader alone, beside brokers that work: nothing is made and nobody kept out. */
Db *db_open_to_read(const char *address, const Clock *clock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Says who writes to @db from now on (nullable: nobody in particular), for db_transaction_writer(). */
void db_set_writer(Db *db, const char *name);

/** The engine under @db. */
DbEngine db_engine(Db *db);

/** Closes @db (nullable); no transaction may be open. */
void db_close(Db *db);

/** Begins a transaction (transfer full), waiting for its turn. A thread holds at most one. */
DbTransaction *db_begin(Db *db, DbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes what @transaction did durable. FALSE: nothing of it happened. The turn has passed on when it
 * returns. */
gboolean db_commit(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @transaction (nullable), undoing it when it was not committed. */
void db_transaction_free(DbTransaction *transaction);

/** Lifts the limits of time for the rest of @transaction, which changes a schema or very many rows. */
gboolean db_be_patient(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Microseconds since 1970 by the database's clock, which all its brokers share. */
gint64 db_now_us(DbTransaction *transaction);

/** The same outside of a transaction, from any thread: as it was last seen, carried on by steady time, so
 * also while the database is away. */
gint64 db_clock_us(Db *db);

/** Once @transaction is durable, and only then, every broker of this database is told @payload (at most
 * DB_PAYLOAD_MAX bytes) on @channel (a short word), this one too. The same notice twice is told once. */
gboolean db_notify(DbTransaction *transaction, const char *channel, const char *payload,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets who is told of notices (nullable: nobody). No call of the listener before runs any more when this
 * returns; not to be called by a listener. */
void db_listen(Db *db, DbListener listener, gpointer data);

/** Whether the database answered when it was last asked. */
gboolean db_available(Db *db);

/** A number that has moved when db_commit() of anything that may have changed the database returns. It tells
 * of this process alone: all there is with DB_SQLITE, not with DB_POSTGRES. Any thread. */
guint db_change_stamp(Db *db);

/** How writing goes, since the database was opened. */
typedef struct {
  guint waiting;   /**< writers that wait for their turn now */
  guint64 commits; /**< batches that became durable */
  guint64 members; /**< transactions in them */
} DbWriting;

/** Fills @ret_writing. */
void db_writing(Db *db, DbWriting *ret_writing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbTransaction, db_transaction_free)
