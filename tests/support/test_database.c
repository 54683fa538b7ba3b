/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/test_database.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <unistd.h>

static void
run(const char *database, const char *sql)
{
  const char *folder = g_getenv("CARAWAY_POSTGRES");
  if (folder == NULL)
    g_error("CARAWAY_POSTGRES is not set: run this by ctest, which starts PostgreSQL");
  const char *const keywords[] = {"host", "user", "dbname", NULL};
  const char *const values[] = {folder, "caraway", database, NULL};
  PGconn *handle = PQconnectdbParams(keywords, values, 0);
  PGresult *result = PQexec(handle, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    g_error("%s: %s", sql, PQerrorMessage(handle));
  PQclear(result);
  PQfinish(handle);
}

static void
make_server_database(TestDatabase *database)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  g_autofree char *sql =
      g_strdup_printf("CREATE DATABASE \"%s\" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu"
                      " ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'",
                      name);
  run("postgres", sql);
  database->address = g_strdup_printf("postgresql://caraway@/%s?host=%s", name, g_getenv("CARAWAY_POSTGRES"));
}

void
test_database_init(TestDatabase *database, DbEngine engine)
{
  g_autoptr(GError) error = NULL;
  database->engine = engine;
  database->folder = g_dir_make_tmp("caraway-test-XXXXXX", &error);
  g_assert_no_error(error);
  if (engine == DB_POSTGRES)
    make_server_database(database);
  else
    database->address = g_build_filename(database->folder, "test.db", NULL);
}

static void
remove_files(const char *folder)
{
  g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(files)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_remove(path);
  }
  g_rmdir(folder);
}

void
test_database_clear(TestDatabase *database)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  g_autofree char *sql = g_strdup_printf("DROP DATABASE \"%s\" WITH (FORCE)", name);
  if (database->engine == DB_POSTGRES)
    run("postgres", sql);
  remove_files(database->folder);
  g_clear_pointer(&database->folder, g_free);
  g_clear_pointer(&database->address, g_free);
}

void
test_database_run(TestDatabase *database, const char *sql)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  run(name, sql);
}

const char *
test_database_engine_name(DbEngine engine)
{
  return engine == DB_POSTGRES ? "postgres" : "sqlite";
}
