/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/certificate_store.h"

#include "tests/contract/store/store_case.h"

static gboolean
add(StoreCase *test, const char *serial, const char *role, const char *name, gint64 issued_us)
{
  g_autoptr(GError) error = NULL;
  gboolean is_new = FALSE;
  const CertificateRow row = {.serial = (char *)serial,
                              .role = (char *)role,
                              .name = (char *)name,
                              .addresses = (char *)"192.0.2.1,edge.example.org",
                              .authority = (char *)"a1",
                              .not_before_us = 5,
                              .not_after_us = 1000 + issued_us,
                              .issued_us = issued_us,
                              .issued_by = (char *)"b1"};
  g_assert_true(certificate_store_add(test->transaction, &row, &is_new, &error));
  g_assert_no_error(error);
  return is_new;
}

/* Their serials, in order, separated by blanks (transfer full). */
static char *
serials(GPtrArray *rows)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                           ((CertificateRow *)g_ptr_array_index(rows, i))->serial);
  g_ptr_array_unref(rows);
  return g_string_free(text, FALSE);
}

static void
assert_page(StoreCase *test, const CertificateFilter *filter, const char *cursor, int limit,
            const char *expected, const char *expected_next)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.cursor = (char *)cursor, .limit = (guint)limit};
  g_autofree char *next = NULL;
  g_autofree char *found = serials(certificate_store_list(test->transaction, filter, &page, &next, &error));
  g_assert_no_error(error);
  g_assert_cmpstr(found, ==, expected);
  g_assert_cmpstr(next, ==, expected_next);
}

static void
test_added_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(add(test, "0a", "portal", "edge", 10));
  g_assert_false(add(test, "0a", "portal", "other", 20)); /* the first one stays */
  store_case_next(test, TRUE);
  g_autoptr(CertificateRow) row = certificate_store_find(test->transaction, "0a", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(row->name, ==, "edge");
  g_assert_cmpstr(row->addresses, ==, "192.0.2.1,edge.example.org");
  g_assert_cmpint(row->not_before_us, ==, 5);
  g_assert_cmpint(row->not_after_us, ==, 1010);
  g_assert_cmpstr(row->issued_by, ==, "b1");
  g_assert_cmpint(row->revoked_us, ==, 0);
  g_assert_cmpstr(row->revoked_by, ==, "");
  g_assert_null(row->replaced_by);
  g_assert_null(certificate_store_find(test->transaction, "0b", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_revoked(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add(test, "0a", "host", "kvm1", 10);
  add(test, "0b", "host", "kvm1", 20);
  add(test, "0c", "relay", "kvm1", 30);
  g_assert_true(certificate_store_revoke(test->transaction, "0a", 77, "root", "It was lost.", &error));
  g_assert_false(certificate_store_revoke(test->transaction, "0f", 77, "root", "", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  store_case_next(test, TRUE);
  g_autoptr(CertificateRow) row = certificate_store_find(test->transaction, "0a", &error);
  g_assert_cmpint(row->revoked_us, ==, 77);
  g_assert_cmpstr(row->revoked_by, ==, "root");
  g_assert_cmpstr(row->reason, ==, "It was lost.");
  g_autofree char *left = serials(certificate_store_of_machine(test->transaction, "host", "kvm1", &error));
  g_assert_cmpstr(left, ==, "0b");
  assert_page(test, &(CertificateFilter){.is_revoked = TRUE}, NULL, 10, "0a", NULL);
  g_assert_false(add(test, "0a", "host", "kvm1", 10)); /* noted again, it does not come back to life */
  g_autoptr(CertificateRow) still = certificate_store_find(test->transaction, "0a", &error);
  g_assert_cmpint(still->revoked_us, ==, 77);
}

static void
test_pages(StoreCase *test, gconstpointer data)
{
  add(test, "0d", "portal", "edge", 10);
  add(test, "0c", "portal", "edge", 10);
  add(test, "0b", "portal", "edge", 5);
  add(test, "0a", "host", "kvm1", 50);
  add(test, "0e", "portal", "back", 90);
  const CertificateFilter all = {NULL, NULL, FALSE};
  assert_page(test, &all, NULL, 10, "0a 0e 0b 0c 0d", NULL);
  assert_page(test, &all, NULL, 2, "0a 0e", "0e");
  assert_page(test, &all, "0e", 2, "0b 0c", "0c");
  assert_page(test, &all, "0c", 2, "0d", NULL);
  assert_page(test, &(CertificateFilter){.role = "portal"}, NULL, 10, "0e 0b 0c 0d", NULL);
  assert_page(test, &(CertificateFilter){.role = "portal", .name = "edge"}, NULL, 10, "0b 0c 0d", NULL);
  assert_page(test, &(CertificateFilter){.name = "' OR ''='"}, NULL, 10, "", NULL);
  assert_page(test, &(CertificateFilter){.is_revoked = TRUE}, NULL, 10, "", NULL);
}

static void
test_replaced(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add(test, "0a", "portal", "edge", 10);
  g_assert_true(certificate_store_replace(test->transaction, "0a", "0b", &error));
  g_assert_true(certificate_store_replace(test->transaction, "0f", "0b", &error)); /* not known: as well */
  g_autoptr(CertificateRow) row = certificate_store_find(test->transaction, "0a", &error);
  g_assert_cmpstr(row->replaced_by, ==, "0b");
}

static void
test_cuts(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(certificate_store_cut(test->transaction, "host", "kvm1", 10, &error));
  g_assert_true(certificate_store_cut(test->transaction, "host", "kvm1", 20, &error));
  g_assert_true(certificate_store_cut(test->transaction, "relay", "kvm1", 20, &error));
  g_assert_no_error(error);
  g_auto(GStrv) cuts = certificate_store_cuts(test->transaction, &error);
  g_assert_cmpuint(g_strv_length(cuts), ==, 2);
  g_assert_true(g_strv_contains((const char *const *)cuts, "host/kvm1"));
  g_assert_true(g_strv_contains((const char *const *)cuts, "relay/kvm1"));
}

static void
test_expired(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add(test, "0a", "portal", "edge", 10); /* good till 1010 */
  add(test, "0b", "portal", "edge", 20);
  g_assert_true(certificate_store_remove_expired(test->transaction, 1020, &error));
  g_autofree char *left = serials(certificate_store_all(test->transaction, &error));
  g_assert_cmpstr(left, ==, "0b");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/certificate-store/added-once", test_added_once);
  STORE_CASE_ADD("/certificate-store/revoked", test_revoked);
  STORE_CASE_ADD("/certificate-store/pages", test_pages);
  STORE_CASE_ADD("/certificate-store/replaced", test_replaced);
  STORE_CASE_ADD("/certificate-store/cuts", test_cuts);
  STORE_CASE_ADD("/certificate-store/expired", test_expired);
  return g_test_run();
}
