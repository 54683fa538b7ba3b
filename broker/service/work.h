/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One use case's transaction with what must follow it: listeners are told, commands delivered and the keeper
 * woken only once everything is durable, and not at all when it was undone.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/session.h"
#include "broker/service/services_private.h"
#include "common/wire/host_message.h"

typedef struct {
  Services *services;
  DbTransaction *transaction;
  gint64 now_us;
  GHashTable *notices;   /* set of "CHANNEL PAYLOAD" */
  GPtrArray *ended;      /* (nullable) ids of sessions that end with the commit */
  gboolean wakes_keeper; /* the pools are looked at after the commit */
  DbMode mode;
  gboolean has_creation; /* what the caller's creation key led to was entered */
} Work;

/** Begins a use case; @mode as db_begin(). */
Work *work_begin(Services *services, DbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Begins a use case (DB_WRITE) that only the one broker may do which holds the lease for it: keeping pools,
 * giving up hosts, limits of time. CARAWAY_ERROR_STALE_EPOCH when this broker does not hold it. */
Work *work_begin_as_keeper(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes it durable. What follows — telling, delivering, waking — happens at every broker that it concerns,
 * by change_feed.h. */
gboolean work_commit(Work *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the sign-in or access token of @caller, who was looked at in another transaction, still lives:
 * CARAWAY_ERROR_UNAUTHENTICATED. For whatever outlives the request. */
gboolean work_check_caller(Work *work, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @work (nullable), undoing what was not committed. */
void work_free(Work *work);

/** The session @id changed: who listens is told after the commit. */
void work_tell(Work *work, const char *id);

/** The session @id ends: who listens is told after the commit, and it is no longer known by heart here. */
void work_tell_end(Work *work, const char *id);

/** All brokers hear @payload on @channel (a CHANGE_ of change_feed.h) after the commit. */
void work_notify(Work *work, const char *channel, const char *payload);

/** Enters @command for @host in the outbox; its term is that of the link that delivers it. */
gboolean work_command(Work *work, const char *host, HostCommand *command,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds an audit row: @caller (nullable: "system") did @action to @kind/@name. @detail: a sentence, may be
 * "". Enters, once, that this is what the caller's creation key led to (creation_keys.h). */
gboolean work_audit(Work *work, const Caller *caller, const char *action, const char *kind, const char *name,
                    const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Work, work_free)
