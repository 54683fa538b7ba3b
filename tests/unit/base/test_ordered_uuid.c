/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/ordered_uuid.h"

#include <string.h>

static void
test_it_begins_with_the_time(void)
{
  FakeClock fake;
  fake_clock_init(&fake, G_GINT64_CONSTANT(1645557742000999));
  g_autofree char *id = ordered_uuid_new(&fake.clock);
  g_assert_true(g_uuid_string_is_valid(id));
  g_assert_true(g_str_has_prefix(id, "017f22e2-79b0-7")); /* RFC 9562, A.6 */
  g_assert_nonnull(strchr("89ab", id[19]));
}

static void
test_later_ones_come_after(void)
{
  FakeClock fake;
  fake_clock_init(&fake, G_GINT64_CONSTANT(1645557742000000));
  char *before = ordered_uuid_new(&fake.clock);
  for (guint i = 0; i < 1000; i++) {
    fake_clock_advance(&fake, 1000 << (i % 20));
    char *after = ordered_uuid_new(&fake.clock);
    g_assert_cmpstr(before, <, after);
    g_free(before);
    before = after;
  }
  g_free(before);
}

static void
test_no_two_of_a_moment_are_alike(void)
{
  FakeClock fake;
  fake_clock_init(&fake, 1000);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < 1000; i++)
    g_assert_true(g_hash_table_add(seen, ordered_uuid_new(&fake.clock)));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ordered-uuid/it-begins-with-the-time", test_it_begins_with_the_time);
  g_test_add_func("/ordered-uuid/later-ones-come-after", test_later_ones_come_after);
  g_test_add_func("/ordered-uuid/no-two-of-a-moment-are-alike", test_no_two_of_a_moment_are_alike);
  return g_test_run();
}
