/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/replay_cache.h"

#define LIFETIME_US 1000

typedef struct {
  ReplayCache *cache;
  GBytes *body;
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
  fixture->cache = replay_cache_new(4, LIFETIME_US);
  fixture->body = g_bytes_new_static("{}", 2);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
  replay_cache_free(fixture->cache);
  g_bytes_unref(fixture->body);
}

static Replay
begin(Fixture *fixture, const char *key, gint64 now_us)
{
  g_autoptr(Answer) answer = NULL;
  return replay_cache_begin(fixture->cache, key, fixture->body, now_us, &answer);
}

static void
finish(Fixture *fixture, const char *key, guint status)
{
  g_autoptr(Answer) answer = answer_new();
  answer_set_text(answer, status, "text/plain", g_strdup("first"));
  answer_set_header(answer, "ETag", "\"1\"");
  replay_cache_finish(fixture->cache, key, answer);
}

static void
test_second_gets_the_first_answer(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_NEW);
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_BUSY);
  finish(fixture, "k", 201);
  g_autoptr(Answer) answer = NULL;
  g_assert_cmpint(replay_cache_begin(fixture->cache, "k", fixture->body, 0, &answer), ==, REPLAY_DONE);
  g_assert_cmpuint(answer->status, ==, 201);
  g_assert_cmpstr(answer->body, ==, "first");
  g_assert_cmpstr(g_hash_table_lookup(answer->headers, "ETag"), ==, "\"1\"");
}

static void
test_another_body_is_told_apart(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_NEW);
  finish(fixture, "k", 201);
  g_autoptr(Answer) answer = NULL;
  g_assert_cmpint(replay_cache_begin(fixture->cache, "k", NULL, 0, &answer), ==, REPLAY_OTHER);
}

static void
test_failures_are_not_kept(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_NEW);
  finish(fixture, "k", 503);
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_NEW);
}

static void
test_answers_grow_old(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(begin(fixture, "k", 0), ==, REPLAY_NEW);
  finish(fixture, "k", 201);
  g_assert_cmpint(begin(fixture, "k", LIFETIME_US - 1), ==, REPLAY_DONE);
  g_assert_cmpint(begin(fixture, "k", LIFETIME_US), ==, REPLAY_NEW);
}

static void
test_number_is_bounded(Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 100; i++) {
    g_autofree char *key = g_strdup_printf("%d", i);
    g_assert_cmpint(begin(fixture, key, 0), ==, REPLAY_NEW);
    finish(fixture, key, 201);
  }
  g_assert_cmpint(begin(fixture, "99", 0), ==, REPLAY_DONE);
  g_assert_cmpint(begin(fixture, "0", 0), ==, REPLAY_NEW); /* the oldest went */
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("/replay-cache/second", test_second_gets_the_first_answer);
  ADD("/replay-cache/another-body", test_another_body_is_told_apart);
  ADD("/replay-cache/failures", test_failures_are_not_kept);
  ADD("/replay-cache/old", test_answers_grow_old);
  ADD("/replay-cache/bounded", test_number_is_bounded);
  return g_test_run();
}
