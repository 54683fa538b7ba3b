/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/credential_files.h"

#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

static const char CA_FILE[] = "ca.pem";
static const char CERTIFICATE_FILE[] = "identity.pem";
static const char KEY_FILE[] = "identity.key";
static const char JOIN_FILE[] = "join.json";

/* A new pair is written beside the old one, the certificate last: once that is there, both are, and they take
 * their places, now or when they are read next. */
static const char NEXT_CERTIFICATE_FILE[] = "identity.pem.next";
static const char NEXT_KEY_FILE[] = "identity.key.next";

static gboolean
fail(GError **error, const char *what, const char *path)
{
  int number = errno;
  g_set_error(error, CARAWAY_ERROR, number == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_CONFIG,
              "%s %s: %s.", what, path, g_strerror(number));
  return FALSE;
}

static gboolean
write_all(int fd, const char *text, gsize length)
{
  while (length > 0) {
    ssize_t written = write(fd, text, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return FALSE;
    text += written;
    length -= (gsize)written;
  }
  return fsync(fd) == 0;
}

/* Not g_file_set_contents_full(): the owner has to be right before the name appears. */
static gboolean
write_file(const char *folder, const char *name, const char *text, const struct stat *owner, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *draft = g_strconcat(path, ".new", NULL);
  if (g_unlink(draft) != 0 && errno != ENOENT)
    return fail(error, "Cannot replace", draft);
  int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(error, "Cannot create", draft);
  gboolean written =
      (geteuid() != 0 || fchown(fd, owner->st_uid, owner->st_gid) == 0) && write_all(fd, text, strlen(text));
  if (!written)
    fail(error, "Cannot write", draft);
  if (close(fd) != 0 && written)
    written = fail(error, "Cannot write", draft);
  if (written && g_rename(draft, path) != 0)
    written = fail(error, "Cannot replace", path);
  if (!written)
    g_unlink(draft);
  return written;
}

static gboolean
sync_folder(const char *folder)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return done;
}

/* TRUE: @from took the place of @to, or was not there. */
static gboolean
take_place(const char *folder, const char *from, const char *to, GError **error)
{
  g_autofree char *source = g_build_filename(folder, from, NULL);
  g_autofree char *target = g_build_filename(folder, to, NULL);
  return g_rename(source, target) == 0 || errno == ENOENT || fail(error, "Cannot replace", target);
}

static gboolean
drop_half(const char *folder, GError **error)
{
  g_autofree char *key = g_build_filename(folder, NEXT_KEY_FILE, NULL);
  return g_unlink(key) == 0 || errno == ENOENT || fail(error, "Cannot remove", key);
}

/* Ends what an ended process began: forward from where the pair was whole, back before. The key goes first,
 * so that while the new certificate is still beside the old one, the key may be in its place already. */
static gboolean
settle(const char *folder, GError **error)
{
  g_autofree char *next = g_build_filename(folder, NEXT_CERTIFICATE_FILE, NULL);
  if (!g_file_test(next, G_FILE_TEST_EXISTS))
    return drop_half(folder, error);
  return take_place(folder, NEXT_KEY_FILE, KEY_FILE, error) &&
         take_place(folder, NEXT_CERTIFICATE_FILE, CERTIFICATE_FILE, error) &&
         (sync_folder(folder) || fail(error, "Cannot write", folder));
}

static gboolean
write_pair(const char *folder, const char *certificate, const char *key, const struct stat *owner,
           GError **error)
{
  return settle(folder, error) && write_file(folder, NEXT_KEY_FILE, key, owner, error) &&
         (sync_folder(folder) || fail(error, "Cannot write", folder)) &&
         write_file(folder, NEXT_CERTIFICATE_FILE, certificate, owner, error) &&
         (sync_folder(folder) || fail(error, "Cannot write", folder)) && settle(folder, error);
}

gboolean
credential_files_replace(const char *folder, const char *certificate, const char *key, GError **error)
{
  struct stat owner;
  if (stat(folder, &owner) != 0)
    return fail(error, "Cannot look at", folder);
  return write_pair(folder, certificate, key, &owner, error);
}

gboolean
credentials_save(const char *folder, const CredentialFiles *files, GError **error)
{
  if (g_mkdir_with_parents(folder, 0700) != 0)
    return fail(error, "Cannot create", folder);
  struct stat owner;
  if (stat(folder, &owner) != 0)
    return fail(error, "Cannot look at", folder);
  g_autofree char *revoked = g_build_filename(folder, CREDENTIALS_REVOKED_FILE, NULL);
  if (g_unlink(revoked) != 0 && errno != ENOENT) /* it may be of another installation */
    return fail(error, "Cannot remove", revoked);
  return write_file(folder, CA_FILE, files->ca, &owner, error) &&
         write_pair(folder, files->certificate, files->key, &owner, error) &&
         (files->join == NULL || write_file(folder, JOIN_FILE, files->join, &owner, error));
}

gboolean
credentials_exist(const char *folder)
{
  const char *const names[] = {CA_FILE, CERTIFICATE_FILE, KEY_FILE};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(folder, names[i], NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
      return FALSE;
  }
  return TRUE;
}

gboolean
credentials_guard(const char *folder, mode_t forbidden, GError **error)
{
  static const char *const SECRETS[] = {KEY_FILE, NULL};
  return file_guard_check_folder(folder, forbidden, SECRETS, error);
}

static char *
read_file(const char *folder, const char *name, gboolean optional, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  struct stat status;
  if (stat(path, &status) != 0) {
    if (!optional || errno != ENOENT)
      fail(error, "Cannot read", path);
    return NULL;
  }
  if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s is not a file of at most %d bytes.", path,
                FILE_MAX);
    return NULL;
  }
  char *text = NULL;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(path, &text, NULL, &local))
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, local->message);
  return text;
}

LoadedFiles *
credential_files_read(const char *folder, GError **error)
{
  g_autoptr(LoadedFiles) loaded = g_new0(LoadedFiles, 1);
  g_autoptr(GError) local = NULL;
  if (!settle(folder, error))
    return NULL;
  loaded->ca = read_file(folder, CA_FILE, FALSE, &local);
  if (loaded->ca != NULL)
    loaded->certificate = read_file(folder, CERTIFICATE_FILE, FALSE, &local);
  if (loaded->certificate != NULL)
    loaded->key = read_file(folder, KEY_FILE, FALSE, &local);
  if (loaded->key != NULL)
    loaded->join = read_file(folder, JOIN_FILE, TRUE, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  loaded->files = (CredentialFiles){loaded->ca, loaded->certificate, loaded->key, loaded->join};
  return g_steal_pointer(&loaded);
}

void
credential_files_free(LoadedFiles *loaded)
{
  if (loaded == NULL)
    return;
  g_free(loaded->ca);
  g_free(loaded->certificate);
  secret_free(loaded->key);
  g_free(loaded->join);
  g_free(loaded);
}
