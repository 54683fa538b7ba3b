/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a file tree to a disk that a BIOS boots: a small FAT partition with SYSLINUX, kernel and initial RAM
 * disk, and an ext4 root, put together as plain files, without loop devices or mounts.
 */
#pragma once

#include "host/image/build_step.h"

/**
 * Makes the bootable qcow2 file @target from the folder @root; its kernel is the newest in /boot. Fails with
 * CARAWAY_ERROR_CONFIG when there is no kernel, CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_NO_SPACE.
 */
gboolean boot_disk_make(const BuildStep *step, const char *root, const char *target,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define BOOT_DISK_RECORD_BYTES 512

/**
 * Fills @record with a master boot record: @code (at most 440 bytes), an active FAT partition and a Linux
 * partition, given in sectors of 512 bytes.
 */
void boot_disk_fill_record(guint8 record[BOOT_DISK_RECORD_BYTES], const guint8 *code, gsize code_bytes,
                           guint32 boot_start, guint32 boot_sectors, guint32 root_start,
                           guint32 root_sectors);
