/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/oidc_store.h"

#include "tests/contract/store/store_case.h"

static void
begin(StoreCase *test, const char *key, const char *address, gint64 expires_us)
{
  g_autoptr(GError) error = NULL;
  const OidcBegun row = {.key = (char *)key,
                         .authenticator = (char *)"corp",
                         .redirect_uri = (char *)"https://desk.example.org/back",
                         .address = (char *)address,
                         .client_port = 40123,
                         .client_challenge = (char *)"challenge",
                         .expires_us = expires_us};
  g_assert_true(oidc_store_begin(test->transaction, &row, &error));
  g_assert_no_error(error);
}

static void
finish(StoreCase *test, const char *code_hash, gint64 expires_us)
{
  g_autoptr(GError) error = NULL;
  const OidcFinished row = {.code_hash = (char *)code_hash,
                            .challenge = (char *)"challenge",
                            .user_id = (char *)"anna",
                            .method = (char *)"corp",
                            .second_factor = TRUE,
                            .expires_us = expires_us};
  g_assert_true(oidc_store_finish(test->transaction, &row, &error));
  g_assert_no_error(error);
}

static void
assert_not_begun(StoreCase *test, const char *key, gint64 now_us)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(oidc_store_take(test->transaction, key, now_us, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
assert_not_finished(StoreCase *test, const char *code_hash, gint64 now_us)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(oidc_store_fetch(test->transaction, code_hash, now_us, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_taken_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  begin(test, "key-1", "192.0.2.1", 100);
  begin(test, "key-2", "192.0.2.1", 100);
  store_case_next(test, TRUE);
  g_autoptr(OidcBegun) row = oidc_store_take(test->transaction, "key-1", 99, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(row->authenticator, ==, "corp");
  g_assert_cmpstr(row->redirect_uri, ==, "https://desk.example.org/back");
  g_assert_cmpint(row->client_port, ==, 40123);
  g_assert_cmpstr(row->client_challenge, ==, "challenge");
  store_case_next(test, TRUE);
  assert_not_begun(test, "key-1", 99);
  assert_not_begun(test, "key", 99);
  assert_not_begun(test, "key-2", 100); /* its time is over */
  g_autoptr(OidcBegun) other = oidc_store_take(test->transaction, "key-2", 99, &error);
  g_assert_nonnull(other);
}

/* A transaction that is undone has taken nothing. */
static void
test_undone_is_not_taken(StoreCase *test, gconstpointer data)
{
  store_case_user(test, "anna");
  begin(test, "key-1", "192.0.2.1", 100);
  finish(test, "code-1", 100);
  store_case_next(test, TRUE);
  g_autoptr(OidcBegun) first = oidc_store_take(test->transaction, "key-1", 0, NULL);
  g_autoptr(OidcFinished) second = oidc_store_fetch(test->transaction, "code-1", 0, NULL);
  g_assert_true(first != NULL && second != NULL);
  store_case_next(test, FALSE);
  g_autoptr(OidcBegun) again = oidc_store_take(test->transaction, "key-1", 0, NULL);
  g_autoptr(OidcFinished) fetched = oidc_store_fetch(test->transaction, "code-1", 0, NULL);
  g_assert_true(again != NULL && fetched != NULL);
}

static void
test_counted(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gint64 all, own;
  begin(test, "key-1", "192.0.2.1", 100);
  begin(test, "key-2", "192.0.2.1", 200);
  begin(test, "key-3", "192.0.2.10", 100);
  g_assert_true(oidc_store_count(test->transaction, "192.0.2.1", &all, &own, &error));
  g_assert_cmpint(all, ==, 3);
  g_assert_cmpint(own, ==, 2);
  g_assert_true(oidc_store_remove_expired(test->transaction, 100, &error));
  g_assert_true(oidc_store_count(test->transaction, "192.0.2.1", &all, &own, &error));
  g_assert_cmpint(all, ==, 1);
  g_assert_cmpint(own, ==, 1);
}

/* Who began most of them makes room for the others, with the oldest. */
static void
test_the_largest_network_gives_way(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  begin(test, "key-1", "192.0.2.1", 50);
  begin(test, "key-2", "2001:db8::", 70);
  begin(test, "key-3", "2001:db8::", 60);
  begin(test, "key-4", "2001:db8::", 80);
  begin(test, "key-5", "198.51.100.1", 40);
  g_assert_true(oidc_store_give_way(test->transaction, &error));
  g_assert_no_error(error);
  assert_not_begun(test, "key-3", 0);
  g_assert_true(oidc_store_give_way(test->transaction, &error));
  assert_not_begun(test, "key-2", 0);
  g_assert_true(oidc_store_give_way(test->transaction, &error)); /* all have one: the oldest of all */
  assert_not_begun(test, "key-5", 0);
  gint64 all, own;
  g_assert_true(oidc_store_count(test->transaction, "192.0.2.1", &all, &own, &error));
  g_assert_cmpint(all, ==, 2);
  g_assert_cmpint(own, ==, 1);
}

static void
test_key_is_begun_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  const OidcBegun row = {(char *)"key-1", (char *)"corp", (char *)"", (char *)"", 0, (char *)"", 100};
  g_assert_true(oidc_store_begin(test->transaction, &row, &error));
  g_assert_false(oidc_store_begin(test->transaction, &row, &error));
  g_assert_nonnull(error);
}

static void
test_fetched_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_user(test, "anna");
  finish(test, "code-1", 100);
  finish(test, "code-2", 100);
  store_case_next(test, TRUE);
  g_autoptr(OidcFinished) row = oidc_store_fetch(test->transaction, "code-1", 99, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(row->user_id, ==, "anna");
  g_assert_cmpstr(row->challenge, ==, "challenge");
  g_assert_cmpstr(row->method, ==, "corp");
  g_assert_true(row->second_factor);
  store_case_next(test, TRUE);
  assert_not_finished(test, "code-1", 99);
  assert_not_finished(test, "code-2", 100);
  g_assert_true(oidc_store_remove_expired(test->transaction, 100, &error));
  assert_not_finished(test, "code-2", 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/oidc-store/taken-once", test_taken_once);
  STORE_CASE_ADD("/oidc-store/undone", test_undone_is_not_taken);
  STORE_CASE_ADD("/oidc-store/counted", test_counted);
  STORE_CASE_ADD("/oidc-store/gives-way", test_the_largest_network_gives_way);
  STORE_CASE_ADD("/oidc-store/begun-once", test_key_is_begun_once);
  STORE_CASE_ADD("/oidc-store/fetched-once", test_fetched_once);
  return g_test_run();
}
