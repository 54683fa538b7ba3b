/* SPDX-License-Identifier: Apache-2.0 */
/* Guards I1: one owner, whatever comes at once. */
#include "broker/service/connect/connect.h"

#include "tests/unit/service/service_fixture.h"

#define USERS  50
#define SPARES 49
#define TRIES  100

typedef struct {
  ServiceFixture *fixture;
  const Caller *caller;
  const char *key;
  Session *session;
  GError *error;
} Try;

static void
run(gpointer data, gpointer user_data)
{
  Try *attempt = data;
  attempt->session =
      service_fixture_connect(attempt->fixture, attempt->caller, attempt->key, &attempt->error);
}

static void
run_all(Try *attempts, guint count)
{
  GThreadPool *pool = g_thread_pool_new(run, NULL, 16, TRUE, NULL);
  for (guint i = 0; i < count; i++)
    g_thread_pool_push(pool, &attempts[i], NULL);
  g_thread_pool_free(pool, FALSE, TRUE);
}

static void
clear(Try *attempt)
{
  session_free(attempt->session);
  g_clear_error(&attempt->error);
}

static void
test_one_user_many_times(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 10, 5);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  Try attempts[TRIES] = {0};
  for (guint i = 0; i < TRIES; i++)
    attempts[i] = (Try){.fixture = fixture, .caller = alice, .key = i % 2 == 0 ? "the-same-key" : NULL};
  run_all(attempts, TRIES);
  for (guint i = 0; i < TRIES; i++) {
    g_assert_no_error(attempts[i].error);
    g_assert_cmpstr(attempts[i].session->id, ==, attempts[0].session->id);
    g_assert_cmpstr(attempts[i].session->desktop_id, ==, attempts[0].session->desktop_id);
  }
  for (guint i = 0; i < TRIES; i++)
    clear(&attempts[i]);
  service_fixture_settle(fixture);
  service_fixture_check_invariants(fixture, 10);
}

/* Fault 5, smaller: exactly as many distinct desktops as there are, one clean refusal. */
static void
test_more_users_than_desktops(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, SPARES, SPARES);
  service_fixture_settle(fixture);
  Try attempts[USERS] = {0};
  g_autoptr(GPtrArray) callers = g_ptr_array_new_with_free_func((GDestroyNotify)caller_free);
  for (guint i = 0; i < USERS; i++) {
    g_autofree char *name = g_strdup_printf("user%u", i);
    g_ptr_array_add(callers, service_fixture_user(fixture, name));
    attempts[i] = (Try){.fixture = fixture, .caller = g_ptr_array_index(callers, i)};
  }
  run_all(attempts, USERS);
  g_autoptr(GHashTable) desktops = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  guint refused = 0;
  for (guint i = 0; i < USERS; i++) {
    if (attempts[i].session != NULL)
      g_assert_true(g_hash_table_add(desktops, g_strdup(attempts[i].session->desktop_id)));
    else
      g_assert_cmpstr(error_stable_name(attempts[i].error), ==, "no-free-desktop");
    refused += attempts[i].session == NULL;
    clear(&attempts[i]);
  }
  g_assert_cmpuint(g_hash_table_size(desktops), ==, SPARES);
  g_assert_cmpuint(refused, ==, 1);
  service_fixture_check_invariants(fixture, SPARES);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/connect/parallel/one-user", test_one_user_many_times);
  g_test_add_func("/connect/parallel/scarce", test_more_users_than_desktops);
  return g_test_run();
}
