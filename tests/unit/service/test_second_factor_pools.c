/* SPDX-License-Identifier: Apache-2.0 */
/* Pools that ask for a second factor: each way to a desktop of theirs, with a sign-in that has one and
 * without. */
#include "broker/service/away/known_access.h"
#include "broker/service/away/known_feed.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/pools/pool_explain.h"
#include "tests/unit/service/service_fixture.h"

typedef struct {
  ServiceFixture *fixture;
  Caller *plain, *proven; /* of two people, who are entitled */
} PoolCase;

static void
set_policy(PoolCase *test, const char *policy)
{
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.second_factor = policy;
  service_fixture_change_pool(test->fixture, &settings);
}

static PoolCase
set_up(const char *policy)
{
  PoolCase test = {.fixture = service_fixture_new()};
  service_fixture_pool(test.fixture, 4, 2);
  set_policy(&test, policy);
  service_fixture_settle(test.fixture);
  test.plain = service_fixture_user(test.fixture, "paul");
  test.proven = service_fixture_user(test.fixture, "prue");
  test.proven->second_factor_us = 7;
  return test;
}

static void
tear_down(PoolCase *test)
{
  caller_free(test->plain);
  caller_free(test->proven);
  service_fixture_free(test->fixture);
}

static void
assert_refused(GError **error)
{
  g_assert_error(*error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED);
  g_clear_error(error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PoolCase, tear_down)

/* Also where a desktop is ready and many are served at once. */
static void
test_connecting(void)
{
  g_auto(PoolCase) test = set_up("required");
  g_autoptr(GError) error = NULL;
  g_assert_null(service_fixture_connect(test.fixture, test.plain, NULL, &error));
  g_assert_nonnull(error);
  g_assert_cmpstr(error_get_reasons(error)[0], ==,
                  "office asks for a second factor, and this sign-in was not proven with one.");
  assert_refused(&error);
  g_autoptr(Session) session = service_fixture_connect(test.fixture, test.proven, NULL, &error);
  g_assert_no_error(error);
  set_policy(&test, "none");
  g_autoptr(Session) freed = service_fixture_connect(test.fixture, test.plain, NULL, &error);
  g_assert_no_error(error);
}

/* Who was let in before goes on, and is not let in anew: neither by a key that was used, nor by a grant of
 * either kind. */
static void
test_coming_back(void)
{
  g_auto(PoolCase) test = set_up("none");
  Services *services = test.fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) session = service_fixture_connect(test.fixture, test.plain, "key", &error);
  g_autoptr(ConsoleAccess) before =
      console_access_create(services, test.plain, session->id, VIEWER_NATIVE, FALSE, &error);
  g_assert_no_error(error);
  set_policy(&test, "required");
  g_assert_null(service_fixture_connect(test.fixture, test.plain, "key", &error));
  assert_refused(&error);
  g_assert_null(service_fixture_connect(test.fixture, test.plain, NULL, &error));
  assert_refused(&error);
  for (Viewer viewer = VIEWER_NATIVE; viewer <= VIEWER_VV; viewer++) {
    g_assert_null(console_access_create(services, test.plain, session->id, viewer, FALSE, &error));
    assert_refused(&error);
  }
  test.plain->second_factor_us = 9;
  for (Viewer viewer = VIEWER_NATIVE; viewer <= VIEWER_VV; viewer++) {
    g_autoptr(ConsoleAccess) access =
        console_access_create(services, test.plain, session->id, viewer, FALSE, &error);
    g_assert_no_error(error);
  }
}

static GError *
trouble(void)
{
  return g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY, "The database does not answer.");
}

/* By what is known by heart. */
static void
test_database_away(void)
{
  g_auto(PoolCase) test = set_up("none");
  Services *services = test.fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) session = service_fixture_connect(test.fixture, test.plain, NULL, &error);
  set_policy(&test, "required");
  g_assert_true(known_feed_load(services, &error));
  const ConnectOptions options = {0};
  g_assert_null(known_access_resume(services, test.plain, "office", &options, trouble(), &error));
  assert_refused(&error);
  g_assert_null(
      known_access_console(services, test.plain, session->id, VIEWER_NATIVE, FALSE, trouble(), &error));
  assert_refused(&error);
  test.plain->second_factor_us = 9;
  g_autoptr(Session) resumed =
      known_access_resume(services, test.plain, "office", &options, trouble(), &error);
  g_assert_no_error(error);
}

/* Of an account there is only whether it has one. */
static void
test_explained(void)
{
  g_auto(PoolCase) test = set_up("required");
  g_autoptr(GError) error = NULL;
  g_autoptr(PoolExplanation) explanation = pool_explain(test.fixture->services, "office", "paul", &error);
  g_assert_no_error(error);
  g_assert_cmpint(explanation->decision.code, ==, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED);
  gboolean told = FALSE;
  for (guint i = 0; i < explanation->decision.rules->len; i++) {
    const Rule *rule = g_ptr_array_index(explanation->decision.rules, i);
    told |= g_str_equal(rule->name, "second-factor") && !rule->ok &&
            g_str_equal(rule->text, "office asks for a second factor, and paul has none.");
  }
  g_assert_true(told);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/second-factor/pools/connecting", test_connecting);
  g_test_add_func("/second-factor/pools/coming-back", test_coming_back);
  g_test_add_func("/second-factor/pools/database-away", test_database_away);
  g_test_add_func("/second-factor/pools/explained", test_explained);
  return g_test_run();
}
