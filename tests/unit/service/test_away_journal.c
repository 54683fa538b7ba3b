/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/away_journal.h"

#include "common/base/log.h"

static gboolean
add(AwayJournal *journal, const char *object, gboolean succeeded)
{
  const AuditEntry entry = {.actor = (char *)"alice",
                            .action = (char *)"console.grant",
                            .object = (char *)object,
                            .succeeded = succeeded,
                            .code = (char *)"",
                            .detail = (char *)"",
                            .address = (char *)""};
  return away_journal_add(journal, &entry);
}

static void
test_order(void)
{
  g_autoptr(AwayJournal) journal = away_journal_new();
  g_assert_true(add(journal, "first", TRUE) && add(journal, "second", FALSE) && add(journal, "third", TRUE));
  guint64 lost = 7;
  g_autoptr(GPtrArray) oldest = away_journal_peek(journal, 2, &lost);
  g_assert_cmpuint(lost, ==, 0);
  g_assert_cmpuint(oldest->len, ==, 2);
  g_assert_cmpstr(((AuditEntry *)g_ptr_array_index(oldest, 0))->object, ==, "first");
  g_assert_cmpuint(away_journal_count(journal), ==, 3); /* they stay until they are written */
  away_journal_drop(journal, 2, 0);
  g_autoptr(GPtrArray) rest = away_journal_peek(journal, 2, &lost);
  g_assert_cmpuint(rest->len, ==, 1);
  g_assert_cmpstr(((AuditEntry *)g_ptr_array_index(rest, 0))->object, ==, "third");
}

/* A flood of refusals is counted, and leaves room for what was done; what has no room is not done. */
static void
test_bounded(void)
{
  g_autoptr(AwayJournal) journal = away_journal_new();
  guint taken = 0;
  for (guint i = 0; i < AWAY_JOURNAL_MAX; i++)
    taken += add(journal, "refused", FALSE);
  g_assert_cmpuint(taken, ==, AWAY_JOURNAL_MAX / 2);
  while (add(journal, "done", TRUE))
    taken++;
  g_assert_cmpuint(taken, ==, AWAY_JOURNAL_MAX);
  guint64 lost = 0;
  g_autoptr(GPtrArray) oldest = away_journal_peek(journal, 1, &lost);
  g_assert_cmpuint(lost, ==, AWAY_JOURNAL_MAX / 2);
  away_journal_drop(journal, 1, lost);
  g_assert_true(add(journal, "done", TRUE));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR); /* each entry is a line of the log, too */
  g_test_add_func("/service/away-journal/order", test_order);
  g_test_add_func("/service/away-journal/bounded", test_bounded);
  return g_test_run();
}
