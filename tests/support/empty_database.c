/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/empty_database.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <unistd.h>

/* Whether @sql worked in @database. */
static gboolean
try(const char *database, const char *sql, char **ret_problem)
{
  const char *folder = g_getenv("CARAWAY_POSTGRES");
  if (folder == NULL)
    g_error("CARAWAY_POSTGRES is not set: run this by ctest, which starts PostgreSQL");
  const char *const keywords[] = {"host", "user", "dbname", "options", NULL};
  const char *const values[] = {folder, "caraway", database, "-c client_min_messages=warning", NULL};
  PGconn *handle = PQconnectdbParams(keywords, values, 0);
  PGresult *result = PQexec(handle, sql);
  ExecStatusType status = PQresultStatus(result);
  gboolean works = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (ret_problem != NULL)
    *ret_problem = works ? NULL : g_strdup(PQerrorMessage(handle));
  PQclear(result);
  PQfinish(handle);
  return works;
}

static void
run(const char *database, const char *sql)
{
  g_autofree char *problem = NULL;
  if (!try(database, sql, &problem))
    g_error("%s: %s", sql, problem);
}

/* Making and dropping one costs many writes; a test before this one in the same process may have left one. */
static void
make_server_database(EmptyDatabase *database)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  g_autofree char *take = g_strdup_printf("ALTER DATABASE \"free-%d\" RENAME TO \"%s\"", (int)getpid(), name);
  g_autofree char *make =
      g_strdup_printf("CREATE DATABASE \"%s\" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu"
                      " ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'",
                      name);
  if (!try("postgres", take, NULL))
    run("postgres", make);
  database->address = g_strdup_printf("postgresql://caraway@/%s?host=%s", name, g_getenv("CARAWAY_POSTGRES"));
}

static void
leave_server_database(EmptyDatabase *database)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  g_autofree char *end = g_strdup_printf(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '%s'", name);
  g_autofree char *leave =
      g_strdup_printf("ALTER DATABASE \"%s\" RENAME TO \"free-%d\"", name, (int)getpid());
  g_autofree char *drop = g_strdup_printf("DROP DATABASE \"%s\" WITH (FORCE)", name);
  run("postgres", end);
  run(name, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  if (!try("postgres", leave, NULL))
    run("postgres", drop);
}

void
empty_database_init(EmptyDatabase *database, DbEngine engine)
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
empty_database_clear(EmptyDatabase *database)
{
  if (database->engine == DB_POSTGRES)
    leave_server_database(database);
  remove_files(database->folder);
  g_clear_pointer(&database->folder, g_free);
  g_clear_pointer(&database->address, g_free);
}

void
empty_database_run(EmptyDatabase *database, const char *sql)
{
  g_autofree char *name = g_path_get_basename(database->folder);
  run(name, sql);
}

const char *
empty_database_engine_name(DbEngine engine)
{
  return engine == DB_POSTGRES ? "postgres" : "sqlite";
}
