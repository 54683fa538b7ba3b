/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether files and folders that hold secrets can be read or changed by those who should not: owner, mode,
 * and links that lead out. Says which command mends it; never mends anything itself, since who could read a
 * key may have read it. Owns nothing.
 */
#pragma once

#include <glib.h>
#include <sys/stat.h>

/** Bits that a file or folder must not have. */
#define FILE_GUARD_PRIVATE 0077 /**< nobody but its owner may touch it */
#define FILE_GUARD_SEALED  0022 /**< nobody but its owner may change it */

/** Whether @status, of the file or folder @path, has none of the bits @forbidden and belongs to this
 * process's user or to root; CARAWAY_ERROR_CONFIG with a sentence that names path, mode and command else. */
gboolean file_guard_check_status(const char *path, const struct stat *status, mode_t forbidden,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same for the file @path, which may be a link, as an administrator set it. */
gboolean file_guard_check_file(const char *path, mode_t forbidden, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @folder has none of the bits @forbidden and each of its files @names (NULL at the end, nullable;
 * each may be missing) is private and lies in it. A folder that is not there yet is good. */
gboolean file_guard_check_folder(const char *folder, mode_t forbidden, const char *const *names,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
