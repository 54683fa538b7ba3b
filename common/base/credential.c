/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/credential.h"

#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PREFIX        "credential:"
#define FOLDER_NAME   "CREDENTIALS_DIRECTORY"
#define NAME_MAX_SIZE 255

gboolean
credential_is_of_systemd(const char *source)
{
  return g_str_has_prefix(source, PREFIX);
}

/* A file's name and nothing else: as systemd has it. */
static gboolean
name_is_valid(const char *name)
{
  gsize length = strlen(name);
  return length > 0 && length <= NAME_MAX_SIZE && strchr(name, '/') == NULL && !g_str_equal(name, ".") &&
         !g_str_equal(name, "..") && g_str_is_ascii(name);
}

gboolean
credential_source_is_valid(const char *source)
{
  if (credential_is_of_systemd(source))
    return name_is_valid(source + strlen(PREFIX));
  return g_path_is_absolute(source);
}

char *
credential_path(const char *source, GError **error)
{
  const char *folder = g_getenv(FOLDER_NAME);
  if (!credential_source_is_valid(source)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                        "A secret is named by the absolute path of its file, or as credential:NAME.");
    return NULL;
  }
  if (!credential_is_of_systemd(source))
    return g_strdup(source);
  if (folder != NULL && g_path_is_absolute(folder))
    return g_build_filename(folder, source + strlen(PREFIX), NULL);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s is not there: systemd handed no credentials to this program. Set LoadCredential=%s:FILE in "
              "its unit.",
              source, source + strlen(PREFIX));
  return NULL;
}

static gboolean
fail(GError **error, const char *path, const char *reason)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The secret in %s cannot be read: %s.", path,
              reason);
  return FALSE;
}

/* Reads to the end or one byte more than @capacity. */
static gssize
read_all(int fd, char *buffer, gsize capacity)
{
  gsize size = 0;
  while (size < capacity) {
    ssize_t count = read(fd, buffer + size, capacity - size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -1;
    if (count == 0)
      break;
    size += (gsize)count;
  }
  return (gssize)size;
}

static char *
take_text(int fd, const char *path, gsize max_bytes, GError **error)
{
  gsize capacity = max_bytes + 3; /* a line break, one byte too many, a NUL */
  char *text = g_malloc0(capacity);
  gssize size = read_all(fd, text, capacity - 1);
  gsize length = size < 0 ? 0 : (gsize)size;
  if (length > 0 && text[length - 1] == '\n')
    text[--length] = '\0';
  if (size < 0)
    fail(error, path, g_strerror(errno));
  else if (length == 0)
    fail(error, path, "it is empty");
  else if (length > max_bytes)
    fail(error, path, "it is too large");
  else if (strlen(text) != length)
    fail(error, path, "there is a NUL in it");
  else
    return text;
  explicit_bzero(text, capacity);
  g_free(text);
  return NULL;
}

/* What was opened is what is judged and read: a name may mean another file by then. */
static gboolean
check_open_file(int fd, const char *source, const char *path, GError **error)
{
  struct stat status;
  if (fstat(fd, &status) != 0)
    return fail(error, path, g_strerror(errno));
  if (!S_ISREG(status.st_mode))
    return fail(error, path, "it is not a file");
  return file_guard_check_status(
      path, &status, credential_is_of_systemd(source) ? CREDENTIAL_FORBIDDEN : FILE_GUARD_PRIVATE, error);
}

char *
credential_read(const char *source, gsize max_bytes, GError **error)
{
  g_autofree char *path = credential_path(source, error);
  if (path == NULL)
    return NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    fail(error, path, g_strerror(errno));
    return NULL;
  }
  char *text = check_open_file(fd, source, path, error) ? take_text(fd, path, max_bytes, error) : NULL;
  close(fd);
  return text;
}

gboolean
credential_check(const char *source, gsize max_bytes, GError **error)
{
  char *text = credential_read(source, max_bytes, error);
  secret_free(text);
  return text != NULL;
}
