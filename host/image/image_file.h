/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One qcow2 file as bytes: is its header one that we would hand to QEMU, does QEMU have it open, and a copy
 * that proves its hash. Knows nothing of names and descriptions.
 */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

/**
 * Checks the header of @path with qcow2_header_check(): a backing or external data file would let an image
 * read any file of the host. @ret_info (nullable): of the file that was read. CARAWAY_ERROR_IMAGE_BAD.
 */
gboolean image_file_check_header(const char *path, struct stat *ret_info,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether a QEMU process has @path open; it holds locks on it for that long. */
gboolean image_file_is_in_use(const char *path);

/**
 * Copies @source to @target and makes it durable. Fails with CARAWAY_ERROR_IMAGE_BAD when its SHA-256 is not
 * @hash, with CARAWAY_ERROR_NO_SPACE, or with G_IO_ERROR_CANCELLED; @target may then be left half written.
 */
gboolean image_file_copy(const char *source, const char *target, const char *hash, GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
