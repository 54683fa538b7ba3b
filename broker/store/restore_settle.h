/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to change in rows of then, so that brokers can go on from them now. Private to restore.c.
 */
#pragma once

#include "broker/store/backup.h"

/** Settles the rows that were taken from the backup of @summary into @transaction. */
gboolean restore_settle(DbTransaction *transaction, const BackupSummary *summary,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
