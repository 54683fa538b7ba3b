/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/device_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

static void
add(StoreCase *test, const char *id, const char *address, gint64 expires_us)
{
  g_autoptr(GError) error = NULL;
  const Device device = {.id = (char *)id,
                         .public_key = (char *)id,
                         .code = (char *)"K7QD-3M9X",
                         .model = (char *)"Thin",
                         .hostname = (char *)"ward",
                         .client_version = (char *)"0.1",
                         .address = (char *)address,
                         .created_us = 5,
                         .expires_us = expires_us};
  g_assert_true(device_store_add(test->transaction, &device, "hash", &error));
  g_assert_no_error(error);
}

static void
test_life(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "device-ward");
  store_case_pool(test);
  add(test, "d1", "10.0.0.1", G_MAXINT64);
  g_autoptr(Device) device = device_store_find_by_key(test->transaction, "d1", &error);
  g_assert_no_error(error);
  g_assert_null(device->name);
  g_assert_cmpint(device->state, ==, DEVICE_PENDING);
  device->name = g_strdup("ward");
  device->state = DEVICE_APPROVED;
  device->account_id = g_strdup("device-ward");
  device->pool_id = g_strdup("office");
  device->approved_us = 7;
  g_assert_true(device_store_update(test->transaction, device, &error));
  g_assert_true(device_store_seen(test->transaction, "d1", "10.0.0.9", NULL, 9, &error));
  g_autoptr(Device) read = device_store_find(test->transaction, "ward", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(read->account, ==, "device-ward");
  g_assert_cmpstr(read->pool, ==, "office");
  g_assert_cmpstr(read->client_version, ==, "0.1");
  g_assert_cmpstr(read->seen_from, ==, "10.0.0.9");
  g_assert_cmpint(read->created_us, ==, 5);
  g_assert_cmpint(read->approved_us, ==, 7);
  g_assert_cmpint(read->seen_us, ==, 9);
  g_assert_cmpint(read->version, ==, device->version + 1);
  g_autoptr(Device) own = device_store_find_by_account(test->transaction, "device-ward", &error);
  g_assert_cmpstr(own->id, ==, "d1");
  g_assert_true(device_store_forget_secret(test->transaction, "d1", &error));
  g_autofree char *hash = device_store_secret_hash(test->transaction, "d1", &error);
  g_assert_cmpstr(hash, ==, "");
  g_assert_true(device_store_remove(test->transaction, "d1", &error));
  g_assert_null(device_store_find(test->transaction, "d1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

/* A row cannot be approved without an account: not even by a mistake of a service. */
static void
test_approved_has_account(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add(test, "d1", "10.0.0.1", 100);
  g_autoptr(Device) device = device_store_find(test->transaction, "d1", &error);
  device->state = DEVICE_APPROVED;
  g_assert_false(device_store_update(test->transaction, device, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_waiting(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gint64 total, from_address;
  add(test, "d1", "10.0.0.1", 100);
  add(test, "d2", "10.0.0.1", G_MAXINT64);
  add(test, "d3", "10.0.0.2", G_MAXINT64);
  g_assert_true(device_store_count_waiting(test->transaction, "10.0.0.1", &total, &from_address, &error));
  g_assert_cmpint(total, ==, 3);
  g_assert_cmpint(from_address, ==, 2);
  g_autoptr(GPtrArray) shown = device_store_with_code(test->transaction, "K7QD-3M9X", 100, &error);
  g_assert_cmpuint(shown->len, ==, 2);
  const Page page = {.limit = 2};
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) pending = device_store_list(test->transaction, TRUE, &page, &next, &error);
  g_assert_cmpuint(pending->len, ==, 2); /* d1 waited too long */
  g_assert_null(next);
  g_autoptr(GPtrArray) all = device_store_list(test->transaction, FALSE, &page, &next, &error);
  g_assert_cmpuint(all->len, ==, 2);
  g_assert_cmpstr(next, ==, "d2");
  g_assert_true(device_store_remove_expired(test->transaction, 100, &error));
  g_assert_null(device_store_find(test->transaction, "d1", &error));
  g_clear_error(&error);
  g_autoptr(Device) kept = device_store_find(test->transaction, "d2", &error);
  g_assert_no_error(error);
}

static void
test_renew(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add(test, "d1", "10.0.0.1", 100);
  g_autoptr(Device) device = device_store_find(test->transaction, "d1", &error);
  device->expires_us = 200;
  g_free(device->address);
  device->address = g_strdup("10.0.0.7");
  g_assert_true(device_store_renew(test->transaction, device, "other", &error));
  g_autofree char *hash = device_store_secret_hash(test->transaction, "d1", &error);
  g_assert_cmpstr(hash, ==, "other");
  g_autoptr(Device) read = device_store_find(test->transaction, "d1", &error);
  g_assert_cmpint(read->expires_us, ==, 200);
  g_assert_cmpstr(read->address, ==, "10.0.0.7");
  g_assert_cmpint(read->version, ==, device->version);
}

static void
test_nonce_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean fresh = FALSE;
  g_assert_true(device_store_use_nonce(test->transaction, "n1", 100, &fresh, &error));
  g_assert_true(fresh);
  store_case_next(test, TRUE);
  g_assert_true(device_store_use_nonce(test->transaction, "n1", 100, &fresh, &error));
  g_assert_false(fresh);
  g_assert_true(device_store_remove_expired(test->transaction, 99 + DEVICE_STORE_NONCE_KEEP_US, &error));
  g_assert_true(device_store_use_nonce(test->transaction, "n1", 100, &fresh, &error));
  g_assert_false(fresh);
  g_assert_true(device_store_remove_expired(test->transaction, 100 + DEVICE_STORE_NONCE_KEEP_US, &error));
  g_assert_true(device_store_use_nonce(test->transaction, "n1", 100, &fresh, &error));
  g_assert_true(fresh);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/device/life", test_life);
  STORE_CASE_ADD("/stores/device/approved-has-account", test_approved_has_account);
  STORE_CASE_ADD("/stores/device/waiting", test_waiting);
  STORE_CASE_ADD("/stores/device/renew", test_renew);
  STORE_CASE_ADD("/stores/device/nonce-once", test_nonce_once);
  return g_test_run();
}
