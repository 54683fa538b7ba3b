/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program does to its database and then ends: bring it up to date, back it up, restore it, and say
 * whether it can be opened. Prints what was done.
 */
#pragma once

#include "common/base/config.h"

/** Where the database of @config is (transfer full; may hold a password): the address that was given, by
 * itself or in a credential, or the file in the state directory. */
char *database_commands_address(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A ConfigProbe: a server must answer, a file must be a database or be missing, and neither of a newer
 * version. */
gboolean database_commands_probe(const Config *config, GError **error);

/** Brings the schema up to date. */
gboolean database_commands_migrate(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes a backup to the new file @path; brokers may go on working. */
gboolean database_commands_backup(const Config *config, const char *path,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Restores the backup @path into the database, which must be empty. */
gboolean database_commands_restore(const Config *config, const char *path,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
