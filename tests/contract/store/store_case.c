/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/store/store_case.h"

#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/user_store.h"

void
store_case_set_up(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  empty_database_init(&test->database, EMPTY_DATABASE_ENGINE(data));
  test->db = database_open(test->database.address, NULL, 1, clock_system(), &error);
  g_assert_no_error(error);
  test->transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_no_error(error);
}

void
store_case_tear_down(StoreCase *test, gconstpointer data)
{
  g_clear_pointer(&test->transaction, db_transaction_free);
  g_clear_pointer(&test->db, db_close);
  empty_database_clear(&test->database);
}

void
store_case_next(StoreCase *test, gboolean keep)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(!keep || db_commit(test->transaction, &error));
  g_clear_pointer(&test->transaction, db_transaction_free);
  test->transaction = db_begin(test->db, DB_WRITE, &error);
  g_assert_no_error(error);
}

void
store_case_user(StoreCase *test, const char *name)
{
  g_autoptr(GError) error = NULL;
  const User user = {.id = (char *)name, .name = (char *)name, .full_name = (char *)"", .created_us = 1};
  g_assert_true(user_store_add(test->transaction, &user, "hash", &error));
  g_assert_no_error(error);
}

void
store_case_pool(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Host) host = host_new("kvm1");
  host->state = HOST_UP;
  host->boot_id = g_strdup("");
  host->agent_version = g_strdup("");
  host->accelerator = g_strdup("kvm");
  host->accelerator_reason = g_strdup("");
  host->relay_address = g_strdup("192.0.2.1");
  g_assert_true(host_store_put(test->transaction, host, &error));
  static const char *const channels[] = {"main", "display", NULL};
  static const char *const none[] = {NULL};
  const Pool pool = {.id = (char *)"office",
                     .name = (char *)"office",
                     .description = (char *)"",
                     .tags = (GStrv)none,
                     .image = (char *)"debian12",
                     .naming = (char *)"office-{n:4}",
                     .size = 5,
                     .spares = 2,
                     .vcpus = 2,
                     .memory_mib = 1024,
                     .network = (char *)"default",
                     .heads = 1,
                     .account = (char *)"user",
                     .channels = (GStrv)channels,
                     .hosts = (GStrv)none,
                     .created_us = 1};
  g_assert_true(pool_store_add(test->transaction, &pool, &error));
  g_assert_no_error(error);
}

void
store_case_desktop(StoreCase *test, const char *name, Assignment assignment, Power power, gint64 created_us)
{
  g_autoptr(GError) error = NULL;
  const Desktop desktop = {.id = (char *)name,
                           .name = (char *)name,
                           .pool_id = (char *)"office",
                           .host = (char *)"kvm1",
                           .assignment = assignment,
                           .power = power,
                           .shape = (char *)"shape",
                           .vcpus = 2,
                           .memory_mib = 1024,
                           .epoch = {1, 1},
                           .step = (char *)"booting",
                           .progress = 30,
                           .created_us = created_us};
  g_assert_true(desktop_store_add(test->transaction, &desktop, &error));
  g_assert_no_error(error);
}
