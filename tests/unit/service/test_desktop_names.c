/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_names.h"

#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "tests/unit/service/service_fixture.h"

#include <string.h>

/* The names of all desktops, joined by blanks. */
static char *
names(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = 100};
  g_autoptr(GPtrArray) desktops = desktop_admin_list(fixture->services, &page, NULL, &error);
  g_assert_no_error(error);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; i < desktops->len; i++)
    g_strv_builder_add(builder, ((Desktop *)g_ptr_array_index(desktops, i))->name);
  g_auto(GStrv) list = g_strv_builder_end(builder);
  return g_strjoinv(" ", list);
}

static void
change(ServiceFixture *fixture, const PoolSettings *settings)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PoolStatus) status =
      pool_admin_change(fixture->services, fixture->admin, "office", settings, 0, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
}

static void
destroy(ServiceFixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(desktop_admin_remove(fixture->services, fixture->admin, name, TRUE, &error));
  g_assert_no_error(error);
  service_fixture_settle(fixture);
}

static void
test_low_numbers_come_back(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 5, 3);
  service_fixture_settle(fixture);
  g_autofree char *first = names(fixture);
  g_assert_cmpstr(first, ==, "office-0001 office-0002 office-0003");
  destroy(fixture, "office-0002"); /* its successor is made while it leaves, with a new number … */
  destroy(fixture, "office-0001"); /* … and the next takes the one that is free */
  g_autofree char *later = names(fixture);
  g_assert_cmpstr(later, ==, "office-0002 office-0003 office-0004");
  PoolSettings more = POOL_SETTINGS_NONE;
  more.spares = 5;
  change(fixture, &more);
  g_autofree char *all = names(fixture);
  g_assert_cmpstr(all, ==, "office-0001 office-0002 office-0003 office-0004 office-0005");
}

/* Those that exist keep their names; new ones take no name that is taken, in whatever pool. */
static void
test_another_pattern(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 6, 2);
  service_fixture_settle(fixture);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.naming = "office-000{n}";
  settings.spares = 4;
  change(fixture, &settings);
  g_autofree char *all = names(fixture);
  g_assert_cmpstr(all, ==, "office-0001 office-0002 office-0003 office-0004");
  settings.naming = "ward-{n:2}";
  change(fixture, &settings);
  destroy(fixture, "office-0002");
  g_autofree char *mixed = names(fixture);
  g_assert_nonnull(strstr(mixed, "ward-0"));
}

/* A new pattern begins with 1, the old one goes on where names of it are free. */
static void
test_pattern_there_and_back(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 6, 2);
  service_fixture_settle(fixture);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.naming = "ward-{n:2}";
  settings.spares = 4;
  change(fixture, &settings);
  g_autofree char *mixed = names(fixture);
  g_assert_cmpstr(mixed, ==, "office-0001 office-0002 ward-01 ward-02");
  settings.naming = "office-{n:4}";
  settings.spares = 5;
  change(fixture, &settings);
  g_autofree char *back = names(fixture);
  g_assert_cmpstr(back, ==, "office-0001 office-0002 office-0003 ward-01 ward-02");
}

static void
test_two_pools_share_no_pattern(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.name = "lab";
  settings.image = "office";
  settings.naming = "office-{n:4}";
  g_assert_null(pool_admin_create(fixture->services, fixture->admin, &settings, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_assert_cmpstr(error->message, ==,
                  "The pool office names its desktops by office-{n:4} already; choose another pattern.");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop-names/low-numbers-come-back", test_low_numbers_come_back);
  g_test_add_func("/desktop-names/another-pattern", test_another_pattern);
  g_test_add_func("/desktop-names/there-and-back", test_pattern_there_and_back);
  g_test_add_func("/desktop-names/two-pools", test_two_pools_share_no_pattern);
  return g_test_run();
}
