/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/refusal_window.h"

static AuditEntry
refusal(const char *actor, const char *code, const char *address)
{
  return (AuditEntry){.actor = (char *)actor,
                      .action = (char *)"permission",
                      .object = (char *)"x",
                      .code = (char *)code,
                      .detail = (char *)"no",
                      .address = (char *)address};
}

static void
test_first_of_a_minute_and_the_count_of_the_rest(void)
{
  RefusalWindow *window = refusal_window_new();
  const AuditEntry entry = refusal("alice", "not-permitted", "192.0.2.1");
  g_assert_true(refusal_window_admit(window, &entry, 0));
  for (guint i = 0; i < 1000; i++)
    g_assert_false(refusal_window_admit(window, &entry, 1 + i));
  g_autoptr(GPtrArray) early = refusal_window_take(window, REFUSAL_WINDOW_US - 1);
  g_assert_cmpuint(early->len, ==, 0);
  g_autoptr(GPtrArray) counted = refusal_window_take(window, REFUSAL_WINDOW_US);
  g_assert_cmpuint(counted->len, ==, 1);
  const AuditEntry *row = g_ptr_array_index(counted, 0);
  g_assert_cmpint(row->count, ==, 1000);
  g_assert_cmpstr(row->actor, ==, "alice");
  g_assert_true(refusal_window_admit(window, &entry, REFUSAL_WINDOW_US)); /* a new minute */
  refusal_window_free(window);
}

static void
test_what_differs_is_a_row_of_its_own(void)
{
  RefusalWindow *window = refusal_window_new();
  const AuditEntry rows[] = {
      refusal("alice", "not-permitted", "192.0.2.1"), refusal("bob", "not-permitted", "192.0.2.1"),
      refusal("alice", "not-found", "192.0.2.1"), refusal("alice", "not-permitted", "192.0.2.2")};
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    g_assert_true(refusal_window_admit(window, &rows[i], 0));
  g_autoptr(GPtrArray) counted = refusal_window_take(window, G_MAXINT64);
  g_assert_cmpuint(counted->len, ==, 0); /* each came once */
  refusal_window_free(window);
}

/* From ever new addresses: memory and rows stay bounded, and none is lost from the count. */
static void
test_bounded(void)
{
  RefusalWindow *window = refusal_window_new();
  guint written = 0, total = REFUSAL_WINDOWS_MAX * 3;
  for (guint i = 0; i < total; i++) {
    g_autofree char *address = g_strdup_printf("192.0.2.%u", i);
    const AuditEntry entry = refusal("nobody", "not-signed-in", address);
    written += refusal_window_admit(window, &entry, 0) ? 1 : 0;
  }
  g_assert_cmpuint(written, ==, REFUSAL_WINDOWS_MAX + 1);
  g_autoptr(GPtrArray) counted = refusal_window_take(window, G_MAXINT64);
  g_assert_cmpuint(counted->len, ==, 1);
  g_assert_cmpint(((AuditEntry *)g_ptr_array_index(counted, 0))->count + written, ==, total);
  refusal_window_free(window);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/refusal-window/first-and-count", test_first_of_a_minute_and_the_count_of_the_rest);
  g_test_add_func("/refusal-window/what-differs", test_what_differs_is_a_row_of_its_own);
  g_test_add_func("/refusal-window/bounded", test_bounded);
  return g_test_run();
}
