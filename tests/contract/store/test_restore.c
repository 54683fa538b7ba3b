/* SPDX-License-Identifier: Apache-2.0 */
/* A backup that is restored, from each engine into each: rows come back, and what hosts may have done since
 * is provided for. */
#include "broker/store/audit_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/device_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/restore.h"
#include "broker/store/session_store.h"
#include "broker/store/setting_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

#define MANY 1203 /* more than two pages of rows */

typedef struct {
  StoreCase from;
  EmptyDatabase target;
  char *file;
  Db *db;                     /* the restored one */
  DbTransaction *transaction; /* on that */
} Case;

static const DbEngine ENGINES[][2] = {
    {DB_SQLITE, DB_SQLITE},
    {DB_SQLITE, DB_POSTGRES},
    {DB_POSTGRES, DB_SQLITE},
    {DB_POSTGRES, DB_POSTGRES},
};

static void
set_up(Case *test, gconstpointer data)
{
  const DbEngine *engines = data;
  store_case_set_up(&test->from, GINT_TO_POINTER(engines[0]));
  empty_database_init(&test->target, engines[1]);
  test->file = g_build_filename(test->target.folder, "backup", NULL);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_clear_pointer(&test->transaction, db_transaction_free);
  g_clear_pointer(&test->db, db_close);
  g_clear_pointer(&test->file, g_free);
  empty_database_clear(&test->target);
  store_case_tear_down(&test->from, data);
}

static void
open_target(Case *test)
{
  g_autoptr(GError) error = NULL;
  test->db = db_open(test->target.address, 1, clock_system(), &error);
  g_assert_no_error(error);
}

static void
move(Case *test)
{
  g_autoptr(GError) error = NULL;
  BackupSummary written;
  BackupSummary read;
  store_case_next(&test->from, TRUE);
  g_assert_true(backup_write(test->from.db, test->file, &written, &error));
  g_assert_no_error(error);
  open_target(test);
  g_assert_true(restore_read(test->db, test->file, &read, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(read.rows, ==, written.rows);
  g_assert_cmpuint(read.tables, ==, written.tables);
  test->transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_no_error(error);
}

static void
test_many_rows(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < MANY; i++) {
    const AuditEntry entry = {.time_us = i,
                              .actor = (char *)"alice",
                              .action = (char *)"test",
                              .object = (char *)"a \"quote\" \\ \t \303\244",
                              .code = (char *)"",
                              .detail = (char *)"",
                              .address = (char *)""};
    g_assert_true(audit_store_add(test->from.transaction, &entry, &error));
  }
  move(test);
  const Page page = {.limit = 500};
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) audit = audit_store_list(test->transaction, &page, &next, &error);
  const AuditEntry *newest = g_ptr_array_index(audit, 0);
  const AuditEntry *second = g_ptr_array_index(audit, 1);
  g_assert_cmpstr(newest->action, ==, "database.restore");
  g_assert_cmpint(newest->id, >, second->id);
  g_assert_cmpint(second->id, ==, MANY);
  g_assert_cmpstr(second->object, ==, "a \"quote\" \\ \t \303\244");
  g_assert_nonnull(next);
}

static void
fill_desktops(StoreCase *from)
{
  g_autoptr(GError) error = NULL;
  gboolean claimed;
  const SignInRow sign_in = {.token_hash = (char *)"token",
                             .user_id = (char *)"alice",
                             .address = (char *)"192.0.2.1",
                             .method = (char *)"password",
                             .client = (char *)"",
                             .created_us = 1,
                             .expires_us = G_MAXINT64};
  store_case_pool(from);
  store_case_user(from, "alice");
  store_case_user(from, "bob");
  store_case_desktop(from, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  store_case_desktop(from, "office-0002", ASSIGNMENT_SPARE, POWER_UP, 2);
  store_case_desktop(from, "office-0003", ASSIGNMENT_RECYCLING, POWER_UP, 3);
  g_assert_true(desktop_store_claim(from->transaction, "office-0001", "alice", 1, &claimed, &error));
  g_assert_true(sign_in_store_add(from->transaction, &sign_in, &error));
  const HostCommand command = {
      .kind = HOST_COMMAND_DESTROY, .desktop = (char *)"office-0003", .epoch = {1, 2}};
  g_assert_true(outbox_store_add(from->transaction, "kvm1", &command, &error));
  g_assert_no_error(error);
}

/* Spares of then may have an owner since, and hosts may know higher epochs. */
static void
test_desktops(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fill_desktops(&test->from);
  move(test);
  g_autoptr(GPtrArray) desktops = desktop_store_of_pool(test->transaction, "office", &error);
  g_assert_cmpuint(desktops->len, ==, 1);
  const Desktop *desktop = g_ptr_array_index(desktops, 0);
  g_assert_cmpstr(desktop->name, ==, "office-0001");
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  g_assert_cmpuint(desktop->epoch.generation, >, 1);
  g_autofree char *generation = setting_store_get(test->transaction, "generation", &error);
  g_assert_cmpuint(g_ascii_strtoull(generation, NULL, 10), ==, desktop->epoch.generation);
  g_assert_null(sign_in_store_find(test->transaction, "token", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static gint64
number(DbTransaction *transaction, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbQuery) query = db_query(transaction, &error, sql, "");
  gboolean row = FALSE;
  g_assert_true(query != NULL && db_next(query, &row, &error));
  return row ? db_int(query, 0) : -1;
}

/* A host answers a number that it has seen as it did then. */
static void
test_commands(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fill_desktops(&test->from);
  gint64 before = number(test->from.transaction, "SELECT MAX(id) FROM outbox");
  move(test);
  g_assert_cmpint(number(test->transaction, "SELECT COUNT(*) FROM outbox"), ==, 0);
  const HostCommand command = {.kind = HOST_COMMAND_LOCK, .desktop = (char *)"office-0001", .epoch = {9, 2}};
  g_assert_true(outbox_store_add(test->transaction, "kvm1", &command, &error));
  g_assert_cmpint(number(test->transaction, "SELECT MAX(id) FROM outbox"), >, before + 1000000);
}

static void
test_not_empty(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  BackupSummary summary;
  store_case_next(&test->from, TRUE);
  g_assert_true(backup_write(test->from.db, test->file, &summary, &error));
  store_case_user(&test->from, "alice");
  g_assert_true(db_commit(test->from.transaction, &error));
  g_clear_pointer(&test->from.transaction, db_transaction_free);
  g_assert_false(restore_read(test->from.db, test->file, &summary, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  test->from.transaction = db_begin(test->from.db, DB_WRITE, &error);
  g_autoptr(User) alice = user_store_find(test->from.transaction, "alice", &error);
  g_assert_nonnull(alice);
}

/* One moment, however long it takes: a writer goes on beside it. */
static void
test_one_moment(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  BackupSummary summary;
  store_case_user(&test->from, "alice");
  store_case_next(&test->from, TRUE);
  store_case_user(&test->from, "bob"); /* not committed while the backup is written */
  g_assert_true(backup_write(test->from.db, test->file, &summary, &error));
  open_target(test);
  g_assert_true(restore_read(test->db, test->file, &summary, &error));
  test->transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_cmpint(number(test->transaction, "SELECT COUNT(*) FROM account"), ==, 1);
}

/* A kiosk stays one; a nonce that was used since the backup was made is not taken again. */
static void
test_devices(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  const Device waiting = {.id = (char *)"d1",
                          .public_key = (char *)"key",
                          .code = (char *)"K7QD-3M9X",
                          .model = (char *)"",
                          .hostname = (char *)"",
                          .client_version = (char *)"",
                          .address = (char *)"192.0.2.7",
                          .expires_us = G_MAXINT64};
  store_case_user(&test->from, "kiosk");
  g_assert_true(device_store_add(test->from.transaction, &waiting, "hash", &error));
  g_autoptr(Device) device = device_store_find(test->from.transaction, "d1", &error);
  device->state = DEVICE_APPROVED;
  device->name = g_strdup("ward");
  device->account_id = g_strdup("kiosk");
  g_assert_true(device_store_update(test->from.transaction, device, &error));
  g_assert_true(setting_store_set(test->from.transaction, "device-nonce-key", "sealed", &error));
  move(test);
  g_autoptr(Device) moved = device_store_find_by_key(test->transaction, "key", &error);
  g_assert_no_error(error);
  g_assert_cmpint(moved->state, ==, DEVICE_APPROVED);
  g_assert_cmpstr(moved->account, ==, "kiosk");
  g_assert_null(setting_store_get(test->transaction, "device-nonce-key", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
add(const char *name, void (*function)(Case *test, gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS(ENGINES); i++) {
    g_autofree char *path = g_strdup_printf("/restore/%s-to-%s/%s", empty_database_engine_name(ENGINES[i][0]),
                                            empty_database_engine_name(ENGINES[i][1]), name);
    g_test_add(path, Case, ENGINES[i], set_up, function, tear_down);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  add("many-rows", test_many_rows);
  add("desktops", test_desktops);
  add("commands", test_commands);
  add("devices", test_devices);
  add("not-empty", test_not_empty);
  add("one-moment", test_one_moment);
  return g_test_run();
}
