/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a backup back into an empty database of either engine, and making what it says safe to go on from:
 * hosts may have lived on since it was made.
 */
#pragma once

#include "broker/store/backup.h"

/**
 * Fills @db, which must be empty, from the file @path, in one transaction: all of it or nothing. The file's
 * checksum and schema are looked at first; a backup of an older schema is brought up to date. Then
 * - epochs and terms rise above all that hosts may have seen,
 * - sign-ins, one-time passwords, join tokens and commands of then are ended,
 * - desktops without an owner are forgotten, because they may have got one since: hosts destroy floating ones
 * and quarantine others. Desktops with an owner, and their sessions, go on where a host still has them, and
 * an audit row says so. Errors: CARAWAY_ERROR_MALFORMED, CARAWAY_ERROR_CONFIG (of a newer version),
 * CARAWAY_ERROR_CONFLICT (not empty).
 */
gboolean restore_read(Db *db, const char *path, BackupSummary *ret_summary,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
