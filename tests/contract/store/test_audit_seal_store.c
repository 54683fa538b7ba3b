/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_seal_store.h"

#include "broker/store/audit_store.h"
#include "tests/contract/store/store_case.h"

static void
add_row(StoreCase *test, const char *actor, const char *object, const char *detail, gboolean succeeded)
{
  g_autoptr(GError) error = NULL;
  const AuditEntry entry = {.time_us = 1000,
                            .actor = (char *)actor,
                            .action = (char *)"pool.change",
                            .object = (char *)object,
                            .succeeded = succeeded,
                            .code = (char *)(succeeded ? "" : "not-permitted"),
                            .detail = (char *)detail,
                            .address = (char *)"192.0.2.1"};
  g_assert_true(audit_store_add(test->transaction, &entry, &error));
  g_assert_no_error(error);
}

/* Three rows of "b1", sealed one by one. */
static void
add_sealed(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  db_set_writer(test->db, "b1");
  for (guint i = 0; i < 3; i++)
    add_row(test, "alice", "pool/office", "", TRUE);
  g_autoptr(GPtrArray) rows =
      audit_store_of_broker(test->transaction, "b1", 0, G_MAXINT64, AUDIT_SEAL_ROWS_MAX, &error);
  g_assert_cmpuint(rows->len, ==, 3);
  for (guint i = 0; i < rows->len; i++) {
    gint64 id = ((AuditEntry *)g_ptr_array_index(rows, i))->id;
    const AuditSeal seal = {.broker = (char *)"b1",
                            .number = i + 1,
                            .generation = 1,
                            .first_id = id,
                            .last_id = id,
                            .first_row = i + 1,
                            .row_count = 1,
                            .time_us = 10 * (i + 1),
                            .sealed_by = (char *)"b1",
                            .key_id = (char *)"b1-key",
                            .witnesses = (char *)"",
                            .previous = (char *)audit_chain_start,
                            .hash = (char *)"hash",
                            .signature = (char *)"signature",
                            .marks = (char *)"marks"};
    g_assert_true(audit_seal_store_add(test->transaction, &seal, &error));
  }
  const AuditKey key = {(char *)"b1-key", (char *)"b1", (char *)"public"};
  g_assert_true(audit_seal_store_put_key(test->transaction, &key, 1, &error));
  g_assert_true(audit_seal_store_put_key(test->transaction, &key, 2, &error)); /* at each start */
  g_assert_no_error(error);
  store_case_next(test, TRUE);
}

static AuditCheckpoint
checkpoint_after(StoreCase *test, gint64 number)
{
  g_autoptr(AuditSeal) seal = NULL;
  g_assert_true(audit_seal_store_find(test->transaction, "b1", number, &seal, NULL));
  return (AuditCheckpoint){.broker = (char *)"b1",
                           .number = number,
                           .last_id = seal->last_id,
                           .last_row = number,
                           .hash = (char *)"hash",
                           .time_us = 1,
                           .trimmed_by = (char *)"b1",
                           .key_id = (char *)"b1-key",
                           .signature = (char *)"signature"};
}

static void
test_only_added_to(StoreCase *test, gconstpointer data)
{
  static const char *const refused[] = {
      "UPDATE audit SET actor = 'x'",           "DELETE FROM audit",
      "UPDATE audit_seal SET time_us = 0",      "DELETE FROM audit_seal",
      "UPDATE audit_key SET public_key = 'x'",  "DELETE FROM audit_key",
      "DELETE FROM audit_checkpoint",           "UPDATE audit_checkpoint SET number = number",
      "UPDATE audit_checkpoint SET number = 0",
  };
  add_sealed(test);
  const AuditCheckpoint checkpoint = checkpoint_after(test, 1);
  g_assert_true(audit_seal_store_trim(test->transaction, &checkpoint, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
    g_autoptr(GError) error = NULL;
    store_case_next(test, i == 0);
    g_assert_cmpint(db_run(test->transaction, &error, refused[i], ""), ==, -1);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
    g_assert_nonnull(strstr(error->message, "only ever added to"));
  }
  if (EMPTY_DATABASE_ENGINE(data) == DB_POSTGRES) {
    g_autoptr(GError) error = NULL;
    store_case_next(test, FALSE);
    g_assert_cmpint(db_run(test->transaction, &error, "TRUNCATE audit", ""), ==, -1);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  }
}

static void
test_trimming_takes_what_its_checkpoint_says(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add_sealed(test);
  db_set_writer(test->db, "b2");
  add_row(test, "bob", "pool/office", "", TRUE);
  for (gint64 number = 1; number <= 2; number++) {
    const AuditCheckpoint checkpoint = checkpoint_after(test, number);
    g_assert_true(audit_seal_store_trim(test->transaction, &checkpoint, &error));
    g_assert_no_error(error);
  }
  g_autoptr(GPtrArray) rows = audit_store_of_broker(test->transaction, "b1", 0, G_MAXINT64, 10, &error);
  g_assert_cmpuint(rows->len, ==, 1);
  g_autoptr(GPtrArray) others = audit_store_of_broker(test->transaction, "b2", 0, G_MAXINT64, 10, &error);
  g_assert_cmpuint(others->len, ==, 1);
  g_autoptr(GPtrArray) seals = audit_seal_store_list(test->transaction, "b1", 0, 10, &error);
  g_assert_cmpuint(seals->len, ==, 1);
  g_autoptr(AuditCheckpoint) left = NULL;
  g_assert_true(audit_seal_store_checkpoint(test->transaction, "b1", &left, &error));
  g_assert_cmpint(left->number, ==, 2);
  g_autoptr(AuditSeal) newest = NULL;
  g_assert_true(audit_seal_store_newest(test->transaction, "b1", &newest, &error));
  g_assert_cmpint(newest->number, ==, 3);
  gint64 last;
  g_assert_true(audit_seal_store_last_before(test->transaction, "b1", 31, &last, &error));
  g_assert_cmpint(last, ==, 3);
  g_assert_true(audit_seal_store_last_before(test->transaction, "b1", newest->time_us, &last, &error));
  g_assert_cmpint(last, ==, 2);
  g_assert_no_error(error);
}

static void
test_names_of_chains(StoreCase *test, gconstpointer data)
{
  add_sealed(test);
  db_set_writer(test->db, "b2");
  add_row(test, "bob", "pool/office", "", TRUE);
  g_autofree char *first = NULL, *second = NULL, *none = NULL, *sealed = NULL;
  g_assert_true(audit_store_next_broker(test->transaction, "", &first, NULL));
  g_assert_true(audit_store_next_broker(test->transaction, first, &second, NULL));
  g_assert_true(audit_store_next_broker(test->transaction, second, &none, NULL));
  g_assert_cmpstr(first, ==, "b1");
  g_assert_cmpstr(second, ==, "b2");
  g_assert_null(none);
  g_assert_true(audit_seal_store_next_broker(test->transaction, "b1", &sealed, NULL));
  g_assert_null(sealed);
}

static guint
count(StoreCase *test, const AuditFilter *filter)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *next = NULL;
  const Page page = {0};
  g_autoptr(GPtrArray) rows = audit_store_find(test->transaction, filter, &page, &next, &error);
  g_assert_no_error(error);
  return rows->len;
}

static void
test_filters(StoreCase *test, gconstpointer data)
{
  add_row(test, "alice", "pool/Office", "50% off", TRUE);
  add_row(test, "bob", "pool/lab", "a_b", FALSE);
  const struct {
    AuditFilter filter;
    guint rows;
  } rows[] = {
      {AUDIT_FILTER_ALL, 2},
      {{.succeeded = -1, .to_us = G_MAXINT64, .actor = "alice"}, 1},
      {{.succeeded = -1, .to_us = G_MAXINT64, .actor = "alic"}, 0},
      {{.succeeded = -1, .to_us = G_MAXINT64, .action = "pool.change"}, 2},
      {{.succeeded = -1, .to_us = G_MAXINT64, .object = "pool/lab"}, 1},
      {{.succeeded = -1, .to_us = G_MAXINT64, .code = "not-permitted"}, 1},
      {{.succeeded = 0, .to_us = G_MAXINT64}, 1},
      {{.succeeded = 1, .to_us = G_MAXINT64}, 1},
      {{.succeeded = -1, .to_us = 999}, 0},
      {{.succeeded = -1, .to_us = 1000, .from_us = 1000}, 2},
      {{.succeeded = -1, .to_us = G_MAXINT64, .from_us = 1001}, 0},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "OFFICE"}, 1},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "%"}, 1},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "a_b"}, 1},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "_of"}, 0},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "!"}, 0},
      {{.succeeded = -1, .to_us = G_MAXINT64, .text = "' OR 1=1 --"}, 0},
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    g_assert_cmpuint(count(test, &rows[i].filter), ==, rows[i].rows);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/audit-seal-store/only-added-to", test_only_added_to);
  STORE_CASE_ADD("/audit-seal-store/trimming", test_trimming_takes_what_its_checkpoint_says);
  STORE_CASE_ADD("/audit-seal-store/names-of-chains", test_names_of_chains);
  STORE_CASE_ADD("/audit-seal-store/filters", test_filters);
  return g_test_run();
}
