/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/state_folder.h"

#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/wire/grant_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct StateFolder {
  char *path;
  int lock; /* descriptor; a killed process gives it back */
};

gboolean
state_folder_probe(const Config *config, GError **error)
{
  static const char *const SECRETS[] = {"ca.key",         "identity.key",   "grant.key",
                                        "grant-next.key", "audit.key",      "caraway.db",
                                        "caraway.db-wal", "caraway.db-shm", NULL};
  return file_guard_check_folder(config_string(config, "broker", "state-directory"), FILE_GUARD_PRIVATE,
                                 SECRETS, error);
}

StateFolder *
state_folder_open(const char *path, GError **error)
{
  if (g_mkdir_with_parents(path, 0700) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot create the state directory %s: %s.", path,
                g_strerror(errno));
    return NULL;
  }
  g_autofree char *lock_path = g_build_filename(path, "lock", NULL);
  int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot write in the state directory %s: %s.",
                path, g_strerror(errno));
    return NULL;
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "A broker is already running on %s. Use carawayctl to talk to it, or stop it first.", path);
    return NULL;
  }
  StateFolder *folder = g_new0(StateFolder, 1);
  folder->path = g_strdup(path);
  folder->lock = lock;
  return folder;
}

char *
state_folder_file(const StateFolder *folder, const char *name)
{
  return g_build_filename(folder->path, name, NULL);
}

GrantKey *
state_folder_audit_key(const StateFolder *folder, const char *broker_name, GError **error)
{
  g_autofree char *path = state_folder_file(folder, "audit.key");
  if (g_file_test(path, G_FILE_TEST_EXISTS))
    return grant_key_load(path, error);
  g_autofree char *id = grant_key_make_id(broker_name);
  g_autoptr(GrantKey) key = grant_key_new(id);
  return grant_key_save(key, path, error) ? g_steal_pointer(&key) : NULL;
}

void
state_folder_close(StateFolder *folder)
{
  if (folder == NULL)
    return;
  close(folder->lock);
  g_free(folder->path);
  g_free(folder);
}
