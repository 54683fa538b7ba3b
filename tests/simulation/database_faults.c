/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/database_faults.h"

#include "tests/simulation/shared_database.h"
#include "tests/simulation/stopping.h"

#include <sqlite3.h>

typedef struct {
  DatabaseFault fault;
  guint steps_left;
  gboolean commits_only;
  gboolean dead;
  gboolean happened;
  int forced_code; /* what the next question for the error's code is answered */
  guint lies_one_in, commits;
} Faults;

static Faults faults;

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **),
                        void *data, char **ret_message);
int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **),
                        void *data, char **ret_message);
int __real_sqlite3_extended_errcode(sqlite3 *handle);
int __wrap_sqlite3_extended_errcode(sqlite3 *handle);

void
database_faults_arm(DatabaseFault fault, guint steps, gboolean commits_only)
{
  faults.fault = fault;
  faults.steps_left = steps;
  faults.commits_only = commits_only;
  faults.happened = FALSE;
}

void
database_faults_clear(void)
{
  guint lies = faults.lies_one_in, commits = faults.commits;
  faults = (Faults){.lies_one_in = lies, .commits = commits};
}

gboolean
database_faults_is_dead(void)
{
  return faults.dead;
}

void
database_faults_die(void)
{
  faults.dead = TRUE;
}

gboolean
database_faults_happened(void)
{
  return faults.happened;
}

void
database_faults_lie_about_commits(guint one_in)
{
  faults.lies_one_in = one_in;
  faults.commits = 0;
}

static int
fail(int code)
{
  faults.forced_code = code;
  return code;
}

static gboolean
is_commit(const char *sql)
{
  return g_str_has_prefix(sql, "COMMIT");
}

/* What is to happen at this step; the countdown of what was armed moves on. Undoing never fails in SQLite, it
 * needs nothing of the disk. */
static DatabaseFault
next_fault(const char *sql)
{
  if (faults.fault == DATABASE_FAULT_NONE || (faults.commits_only && !is_commit(sql)) ||
      g_str_has_prefix(sql, "ROLLBACK"))
    return DATABASE_FAULT_NONE;
  if (faults.steps_left-- > 0)
    return DATABASE_FAULT_NONE;
  DatabaseFault fault = faults.fault;
  faults.fault = DATABASE_FAULT_NONE;
  faults.happened = TRUE;
  return fault;
}

static gboolean
lies(const char *sql)
{
  return faults.lies_one_in > 0 && is_commit(sql) && ++faults.commits % faults.lies_one_in == 0;
}

/* Other brokers hear of what is durable, whatever becomes of this one. */
static int
really_step(sqlite3_stmt *statement)
{
  int result = __real_sqlite3_step(statement);
  if (result == SQLITE_DONE && is_commit(sqlite3_sql(statement)))
    shared_database_committed();
  return result;
}

static void
begin(const char *sql)
{
  if (!g_str_has_prefix(sql, "BEGIN"))
    return;
  stopping_point();
  if (g_str_has_prefix(sql, "BEGIN IMMEDIATE"))
    shared_database_began();
}

/* The step as it is, or what a broker does that answers too early. */
static int
step(sqlite3_stmt *statement)
{
  if (!lies(sqlite3_sql(statement)))
    return really_step(statement);
  __real_sqlite3_exec(sqlite3_db_handle(statement), "ROLLBACK", NULL, NULL, NULL);
  return SQLITE_DONE;
}

int
__wrap_sqlite3_step(sqlite3_stmt *statement)
{
  if (!faults.dead)
    begin(sqlite3_sql(statement));
  if (faults.dead) /* maybe since it was stopped */
    return fail(SQLITE_IOERR);
  switch (next_fault(sqlite3_sql(statement))) {
  case DATABASE_FAULT_DIE_BEFORE:
    faults.dead = TRUE;
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_DIE_AFTER:
    really_step(statement);
    faults.dead = TRUE;
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_FULL:
    return fail(SQLITE_FULL);
  case DATABASE_FAULT_BROKEN:
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_NONE:
  default:
    return step(statement);
  }
}

int
__wrap_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **), void *data,
                    char **ret_message)
{
  if (faults.dead)
    return fail(SQLITE_IOERR);
  switch (next_fault(sql)) {
  case DATABASE_FAULT_DIE_BEFORE:
    faults.dead = TRUE;
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_DIE_AFTER:
    __real_sqlite3_exec(handle, sql, row, data, ret_message);
    faults.dead = TRUE;
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_FULL:
    return fail(SQLITE_FULL);
  case DATABASE_FAULT_BROKEN:
    return fail(SQLITE_IOERR);
  case DATABASE_FAULT_NONE:
  default:
    return __real_sqlite3_exec(handle, lies(sql) ? "ROLLBACK" : sql, row, data, ret_message);
  }
}

int
__wrap_sqlite3_extended_errcode(sqlite3 *handle)
{
  int forced = faults.forced_code;
  faults.forced_code = 0;
  return forced != 0 ? forced : __real_sqlite3_extended_errcode(handle);
}
