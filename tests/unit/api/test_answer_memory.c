/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_memory.h"

#include "broker/api/route.h"

#include <string.h>

#define SECOND_US G_USEC_PER_SEC

static void
put(AnswerMemory *memory, const char *key, guint stamp, gint64 asked_us, guint status, char *body)
{
  g_autoptr(Answer) answer = answer_new();
  answer_set_text(answer, status, "application/json", body);
  answer_memory_put(memory, key, stamp, asked_us, answer);
}

static const char *
find(AnswerMemory *memory, const char *key, guint stamp, gint64 now_us)
{
  const Answer *answer = answer_memory_find(memory, key, stamp, now_us);
  return answer != NULL ? answer->body : NULL;
}

static void
test_holds_till_something_is_written(void)
{
  AnswerMemory *memory = answer_memory_new();
  g_assert_null(find(memory, "a", 7, 0));
  put(memory, "a", 7, 0, 200, g_strdup("one"));
  g_assert_cmpstr(find(memory, "a", 7, 1), ==, "one");
  g_assert_null(find(memory, "b", 7, 1));
  g_assert_null(find(memory, "a", 8, 1));
  g_assert_null(find(memory, "a", 7, 1)); /* not again either */
  answer_memory_free(memory);
}

/* Read before a change, ready after it: the stamp was taken before. */
static void
test_what_was_overtaken_is_not_taken(void)
{
  AnswerMemory *memory = answer_memory_new();
  g_assert_null(find(memory, "a", 7, 0));
  g_assert_null(find(memory, "b", 8, 0));
  put(memory, "a", 7, 0, 200, g_strdup("old"));
  g_assert_null(find(memory, "a", 8, 1));
  answer_memory_free(memory);
}

static void
test_time_ends_it(void)
{
  AnswerMemory *memory = answer_memory_new();
  g_assert_null(find(memory, "a", 7, 5));
  put(memory, "a", 7, 5, 200, g_strdup("one"));
  g_assert_cmpstr(find(memory, "a", 7, 4 + SECOND_US), ==, "one");
  g_assert_null(find(memory, "a", 7, 5 + SECOND_US));
  put(memory, "a", 7, 5 + SECOND_US, 200, g_strdup("two"));
  g_assert_cmpstr(find(memory, "a", 7, 6 + SECOND_US), ==, "two");
  answer_memory_free(memory);
}

static void
test_refusals_and_what_is_large_are_not_taken(void)
{
  AnswerMemory *memory = answer_memory_new();
  g_assert_null(find(memory, "a", 7, 0));
  put(memory, "a", 7, 0, 401, g_strdup("no"));
  g_assert_null(find(memory, "a", 7, 1));
  put(memory, "a", 7, 0, 200, g_strnfill(65537, 'x'));
  g_assert_null(find(memory, "a", 7, 1));
  answer_memory_free(memory);
}

static void
test_it_is_bounded(void)
{
  AnswerMemory *memory = answer_memory_new();
  guint found = 0;
  g_assert_null(find(memory, "0", 7, 0));
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf("%u", i);
    put(memory, key, 7, 0, 200, g_strnfill(60000, 'x'));
  }
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf("%u", i);
    found += find(memory, key, 7, 1) != NULL;
  }
  g_assert_cmpuint(found, >, 0);
  g_assert_cmpuint(found, <, 8 * 1024 * 1024 / 60000 + 1);
  answer_memory_free(memory);
}

static char *
key_of(const Route *route, const char *token, const char *query)
{
  Request *request = g_new0(Request, 1);
  request->route = route;
  request->token = g_strdup(token);
  request->query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (query != NULL)
    g_hash_table_insert(request->query, g_strdup(query), g_strdup(""));
  char *key = answer_memory_key(request);
  request_free(request);
  return key;
}

static void
test_keys(void)
{
  static const Route KEPT = {.method = "GET", .pattern = "/kept", .flags = ROUTE_REMEMBERED};
  static const Route OTHER = {.method = "GET", .pattern = "/other"};
  g_autofree char *one = key_of(&KEPT, "one", NULL);
  g_autofree char *again = key_of(&KEPT, "one", NULL);
  g_autofree char *two = key_of(&KEPT, "two", NULL);
  g_assert_cmpstr(one, ==, again);
  g_assert_cmpstr(one, !=, two);
  g_assert_null(strstr(one, "one"));
  g_assert_null(key_of(&KEPT, NULL, NULL));
  g_assert_null(key_of(&KEPT, "one", "limit"));
  g_assert_null(key_of(&OTHER, "one", NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/answer-memory/holds", test_holds_till_something_is_written);
  g_test_add_func("/answer-memory/overtaken", test_what_was_overtaken_is_not_taken);
  g_test_add_func("/answer-memory/time", test_time_ends_it);
  g_test_add_func("/answer-memory/not-taken", test_refusals_and_what_is_large_are_not_taken);
  g_test_add_func("/answer-memory/bounded", test_it_is_bounded);
  g_test_add_func("/answer-memory/keys", test_keys);
  return g_test_run();
}
