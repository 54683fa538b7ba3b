/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/backup_file.h"

#include "common/base/error.h"
#include "common/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHECKSUM_MEMBER "sha256"
#define CHECKSUM_SIZE   64

struct BackupWriter {
  char *path;
  FILE *file;
  GChecksum *checksum;
  gboolean is_finished;
};

struct BackupReader {
  char *path;
  FILE *file;
  GChecksum *checksum;
  char *line; /* BACKUP_LINE_MAX bytes */
};

static gboolean
set_error(const char *path, const char *doing, GError **error)
{
  int code = errno == ENOSPC   ? CARAWAY_ERROR_NO_SPACE
             : errno == EEXIST ? CARAWAY_ERROR_CONFLICT
                               : CARAWAY_ERROR_INVALID;
  const char *hint = errno == EEXIST ? " A backup never replaces a file; name another one." : "";
  g_set_error(error, CARAWAY_ERROR, code, "The backup %s cannot be %s: %s.%s", path, doing, g_strerror(errno),
              hint);
  return FALSE;
}

BackupWriter *
backup_writer_new(const char *path, GError **error)
{
  int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    set_error(path, "made", error);
    return NULL;
  }
  BackupWriter *writer = g_new0(BackupWriter, 1);
  writer->path = g_strdup(path);
  writer->file = fdopen(descriptor, "w");
  writer->checksum = g_checksum_new(G_CHECKSUM_SHA256);
  return writer;
}

gboolean
backup_writer_add(BackupWriter *writer, const char *line, GError **error)
{
  gsize size = strlen(line);
  g_return_val_if_fail(size < BACKUP_LINE_MAX - 1, FALSE);
  g_checksum_update(writer->checksum, (const guchar *)line, (gssize)size);
  g_checksum_update(writer->checksum, (const guchar *)"\n", 1);
  if (fwrite(line, 1, size, writer->file) == size && fputc('\n', writer->file) != EOF)
    return TRUE;
  return set_error(writer->path, "written", error);
}

gboolean
backup_writer_finish(BackupWriter *writer, GError **error)
{
  const char *checksum = g_checksum_get_string(writer->checksum);
  if (fprintf(writer->file, "{\"" CHECKSUM_MEMBER "\":\"%s\"}\n", checksum) < 0 ||
      fflush(writer->file) != 0 || fsync(fileno(writer->file)) != 0)
    return set_error(writer->path, "written", error);
  writer->is_finished = TRUE;
  return TRUE;
}

void
backup_writer_free(BackupWriter *writer)
{
  if (writer == NULL)
    return;
  fclose(writer->file);
  if (!writer->is_finished)
    unlink(writer->path);
  g_checksum_free(writer->checksum);
  g_free(writer->path);
  g_free(writer);
}

BackupReader *
backup_reader_new(const char *path, GError **error)
{
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    set_error(path, "read", error);
    return NULL;
  }
  BackupReader *reader = g_new0(BackupReader, 1);
  reader->path = g_strdup(path);
  reader->file = file;
  reader->checksum = g_checksum_new(G_CHECKSUM_SHA256);
  reader->line = g_malloc(BACKUP_LINE_MAX);
  return reader;
}

static gboolean
is_damaged(BackupReader *reader, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED,
              "The backup %s is damaged or cut short, or is none; nothing was changed. Take another one.",
              reader->path);
  return FALSE;
}

/* The last line: its checksum must be right, and nothing may follow it. */
static gboolean
check_end(BackupReader *reader, JsonObject *line, GError **error)
{
  g_autoptr(GError) problem = NULL;
  const char *expected = json_get_string(line, CHECKSUM_MEMBER, CHECKSUM_SIZE, &problem);
  if (expected != NULL && g_str_equal(expected, g_checksum_get_string(reader->checksum)) &&
      fgetc(reader->file) == EOF)
    return TRUE;
  return is_damaged(reader, error);
}

gboolean
backup_reader_next(BackupReader *reader, JsonObject **ret_line, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gsize size = fgets(reader->line, BACKUP_LINE_MAX, reader->file) != NULL ? strlen(reader->line) : 0;
  if (size == 0 || reader->line[size - 1] != '\n')
    return is_damaged(reader, error);
  g_autoptr(JsonObject) line = json_parse_object(reader->line, size - 1, BACKUP_LINE_MAX, &problem);
  if (line == NULL)
    return is_damaged(reader, error);
  if (json_object_has_member(line, CHECKSUM_MEMBER)) {
    *ret_line = NULL;
    return check_end(reader, line, error);
  }
  g_checksum_update(reader->checksum, (const guchar *)reader->line, (gssize)size);
  *ret_line = g_steal_pointer(&line);
  return TRUE;
}

void
backup_reader_free(BackupReader *reader)
{
  if (reader == NULL)
    return;
  fclose(reader->file);
  g_checksum_free(reader->checksum);
  g_free(reader->line);
  g_free(reader->path);
  g_free(reader);
}
