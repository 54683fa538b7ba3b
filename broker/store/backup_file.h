/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a backup: lines of JSON objects, the last of which holds the SHA-256 of all before it. Knows
 * nothing of what the other lines mean.
 */
#pragma once

#include <json-glib/json-glib.h>

/** The longest line. */
#define BACKUP_LINE_MAX (16 * 1024 * 1024)

typedef struct BackupWriter BackupWriter;
typedef struct BackupReader BackupReader;

/** Makes the file @path with mode 0600. CARAWAY_ERROR_CONFLICT when it exists. */
BackupWriter *backup_writer_new(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds @line, a JSON object without line breaks. */
gboolean backup_writer_add(BackupWriter *writer, const char *line, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds the last line and waits until all is on the disk. */
gboolean backup_writer_finish(BackupWriter *writer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @writer (nullable); a file that is not finished is removed. */
void backup_writer_free(BackupWriter *writer);

/** Opens the file @path. */
BackupReader *backup_reader_new(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The next line in @ret_line (transfer full); NULL there after the last one, whose checksum was right then.
 * Fails with CARAWAY_ERROR_MALFORMED on a file that is damaged or cut short.
 */
gboolean backup_reader_next(BackupReader *reader, JsonObject **ret_line,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @reader (nullable). */
void backup_reader_free(BackupReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupWriter, backup_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupReader, backup_reader_free)
