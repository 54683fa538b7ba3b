/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/database_commands.h"

#include "broker/db/migration.h"
#include "broker/state_folder.h"
#include "broker/store/backup.h"
#include "broker/store/database.h"
#include "broker/store/restore.h"
#include "broker/store/schema.h"
#include "common/base/credential.h"
#include "common/base/error.h"

#include <string.h>

#define DATABASE_FILE "caraway.db"
#define ADDRESS_MAX   4096

char *
database_commands_address(const Config *config, GError **error)
{
  const char *given = config_string(config, "broker", "database");
  if (given != NULL && credential_is_of_systemd(given))
    return credential_read(given, ADDRESS_MAX, error);
  return given != NULL
             ? g_strdup(given)
             : g_build_filename(config_string(config, "broker", "state-directory"), DATABASE_FILE, NULL);
}

static gboolean
is_file(const char *address)
{
  return strstr(address, "://") == NULL;
}

static gboolean
check_level(int level, GError **error)
{
  if (level <= schema_number())
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "it has schema %d, made by a newer version; this one knows %d", level, schema_number());
  return FALSE;
}

/* The first start makes the file. */
gboolean
database_commands_probe(const Config *config, GError **error)
{
  g_autofree char *address = database_commands_address(config, error);
  if (address == NULL)
    return FALSE;
  if (is_file(address) && !g_file_test(address, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autoptr(Db) db = db_open_to_read(address, clock_system(), error);
  g_autoptr(DbTransaction) transaction = db != NULL ? db_begin(db, DB_READ, error) : NULL;
  int level;
  return transaction != NULL && migration_level(transaction, &level, error) && check_level(level, error);
}

/* Opens the database of @config to change it; the state folder is made, and kept from a broker that runs. */
static Db *
open_to_write(const Config *config, StateFolder **ret_folder, GError **error)
{
  g_autofree char *address = database_commands_address(config, error);
  if (address == NULL)
    return NULL;
  if (is_file(address)) {
    *ret_folder = state_folder_open(config_string(config, "broker", "state-directory"), error);
    if (*ret_folder == NULL)
      return NULL;
  }
  Db *db = db_open(address, 1, clock_system(), error);
  if (db != NULL)
    db_set_writer(db, config_string(config, "broker", "name"));
  return db;
}

gboolean
database_commands_migrate(const Config *config, GError **error)
{
  g_autoptr(StateFolder) folder = NULL;
  g_autoptr(Db) db = open_to_write(config, &folder, error);
  int from;
  if (db == NULL || !database_update(db, &from, error))
    return FALSE;
  if (from == schema_number())
    g_print("The database is up to date: schema %d.\n", from);
  else
    g_print("The database was brought from schema %d to %d.\n", from, schema_number());
  return TRUE;
}

gboolean
database_commands_backup(const Config *config, const char *path, GError **error)
{
  g_autofree char *address = database_commands_address(config, error);
  if (address == NULL)
    return FALSE;
  if (is_file(address) && !g_file_test(address, G_FILE_TEST_EXISTS)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "There is no database %s yet; there is nothing to back up.", address);
    return FALSE;
  }
  g_autoptr(Db) db = db_open_to_read(address, clock_system(), error);
  BackupSummary summary;
  if (db == NULL || !backup_write(db, path, &summary, error))
    return FALSE;
  g_print("Wrote %" G_GUINT64_FORMAT " rows of %u tables, schema %d, to %s.\n", summary.rows, summary.tables,
          summary.schema, path);
  return TRUE;
}

gboolean
database_commands_restore(const Config *config, const char *path, GError **error)
{
  g_autoptr(StateFolder) folder = NULL;
  g_autoptr(Db) db = open_to_write(config, &folder, error);
  BackupSummary summary;
  if (db == NULL || !restore_read(db, path, &summary, error))
    return FALSE;
  g_print("Restored %" G_GUINT64_FORMAT
          " rows of %u tables from %s (schema %d, now %d). Everybody signs in again.\n",
          summary.rows, summary.tables, path, summary.schema, schema_number());
  return TRUE;
}
