/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of commands that wait for a host's answer. They are entered in the transaction that decided them; ids
 * grow and are never used twice, so that a host can tell a repetition.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/command.h"
#include "common/wire/host_message.h"

/** Enters @command for @host; its id is set here, its term when it is delivered. Text and id are as
 * docs/protocols.md section 5. */
gboolean outbox_store_add(DbTransaction *transaction, const char *host, const HostCommand *command,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The text that a row of @command is entered with (transfer full). */
char *outbox_store_text(const HostCommand *command);

/** Commands for @host with ids over @after_id, oldest first, at most 1,000: an array of Command. */
GPtrArray *outbox_store_list(DbTransaction *transaction, const char *host, gint64 after_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A host, and the last command that it was sent. */
typedef struct {
  const char *host; /**< borrowed */
  gint64 after_id;
} OutboxPlace;

/** As outbox_store_list() for each of @places (@count), one host after another. */
GPtrArray *outbox_store_list_all(DbTransaction *transaction, const OutboxPlace *places, guint count,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The command @id of @host; CARAWAY_ERROR_NOT_FOUND. */
Command *outbox_store_find(DbTransaction *transaction, const char *host, gint64 id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether a command of @kind, which is not "epoch", waits for @desktop_id. */
gboolean outbox_store_waits(DbTransaction *transaction, const char *desktop_id, const char *kind,
                            gboolean *ret_waits, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the command @id. */
gboolean outbox_store_remove(DbTransaction *transaction, gint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the commands of @desktop_id, which is @host's. */
gboolean outbox_store_remove_of_desktop(DbTransaction *transaction, const char *host, const char *desktop_id,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
