/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of desktops on disk: one file each, replaced atomically and synced, so that after a crash each
 * is as it was before a step or after it (INVARIANTS I2, I4). Blocks.
 */
#pragma once

#include "host/plan/desktop_record.h"
#include "host/settings.h"

/** Saves @record; CARAWAY_ERROR_NO_SPACE when the disk is full, else CARAWAY_ERROR_INTERNAL. */
gboolean record_files_save(const HostSettings *settings, const DesktopRecord *record,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes the record of @id; one that is not there is success. */
void record_files_remove(const HostSettings *settings, const char *id);

/**
 * All records (GPtrArray of DesktopRecord, transfer full). A file that cannot be read as one is logged and
 * left, and its id added to @ret_unreadable (nullable; transfer full); tombstones older than a day are
 * removed.
 */
GPtrArray *record_files_load(const HostSettings *settings, GStrv *ret_unreadable);

/** The ids of desktops that have a disk: floating ones, or (@is_kept) those that are kept (transfer full). */
GStrv record_files_disk_ids(const HostSettings *settings, gboolean is_kept);

/** Removes the images that dedicated desktops stood on and no record of @records names; to be called when
 * nothing is unreadable and nothing is being made. */
void record_files_remove_unused_bases(const HostSettings *settings, const GPtrArray *records);
