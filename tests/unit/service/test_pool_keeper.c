/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_admin.h"

#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/pools/image_registry.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

static PoolStatus *
change(ServiceFixture *fixture, const PoolSettings *settings)
{
  g_autoptr(GError) error = NULL;
  PoolStatus *status = pool_admin_change(fixture->services, fixture->admin, "office", settings, 0, &error);
  g_assert_no_error(error);
  return status;
}

static guint
alive(ServiceFixture *fixture)
{
  return g_hash_table_size(fixture->alive);
}

static void
test_fills_and_shrinks(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 5, 3);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 3);
  PoolSettings fewer = POOL_SETTINGS_NONE;
  fewer.spares = 1;
  g_autoptr(PoolStatus) status = change(fixture, &fewer);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 1);
  PoolSettings more = POOL_SETTINGS_NONE;
  more.spares = 9;
  g_autoptr(PoolStatus) wide = change(fixture, &more);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 5); /* never over the size */
}

static void
test_least_size(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 5, 1);
  PoolSettings least = POOL_SETTINGS_NONE;
  least.size_min = 3;
  g_autoptr(PoolStatus) status = change(fixture, &least);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 3);
}

/* The fixture's clock starts at 22:13 in London; the office hours begin at 08:00. */
static void
test_schedule(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 5, 0);
  const PoolSchedule hours = {.time_zone = (char *)"Europe/London",
                              .count = 1,
                              .rules = {{.days = SCHEDULE_EVERY_DAY,
                                         .from_minute = 8 * 60,
                                         .to_minute = 18 * 60,
                                         .spares = 2,
                                         .size = -1}}};
  PoolSettings scheduled = POOL_SETTINGS_NONE;
  scheduled.schedule = &hours;
  g_autoptr(PoolStatus) status = change(fixture, &scheduled);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 0);
  fake_clock_advance(&fixture->clock, 10 * 3600 * (gint64)G_USEC_PER_SEC); /* 08:13 */
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 2);
  fake_clock_advance(&fixture->clock, 10 * 3600 * (gint64)G_USEC_PER_SEC); /* 18:13 */
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 0);
}

/* Nothing is made elsewhere, and the pool says so. */
static void
test_only_on_its_hosts(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  static const char *const others[] = {"kvm9", NULL};
  service_fixture_pool(fixture, 5, 1);
  g_autoptr(JoinToken) token =
      host_registry_create_join_token(fixture->services, fixture->admin, "host", 0, &error);
  g_assert_no_error(error);
  g_assert_true(host_registry_join(fixture->services, token->secret, "host", "kvm9", "192.0.2.19", 8444, NULL,
                                   "192.0.2.1", &error));
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.hosts = others;
  g_autoptr(PoolStatus) status = change(fixture, &settings);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 0);
  g_autoptr(PoolStatus) shown = pool_admin_get(fixture->services, "office", NULL);
  g_assert_nonnull(shown->problems[0]);
}

static void
test_other_shape_is_made_anew(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  PoolSettings larger = POOL_SETTINGS_NONE;
  larger.memory_mib = 1024;
  g_autoptr(PoolStatus) status = change(fixture, &larger);
  service_fixture_settle(fixture);
  const Page page = {0};
  g_autoptr(GPtrArray) desktops = desktop_admin_list(fixture->services, &page, NULL, &error);
  g_assert_cmpuint(desktops->len, ==, 3);
  for (guint i = 0; i < desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(desktops, i);
    gboolean mine = g_str_equal(desktop->id, session->desktop_id); /* what is in use stays as it is */
    g_assert_cmpuint(desktop->memory_mib, ==, mine ? 512 : 1024);
  }
}

static void
test_deleted_pool_goes_with_its_desktops(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_false(pool_admin_delete(fixture->services, fixture->admin, "office", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_autoptr(Session) ended =
      session_control(fixture->services, alice, session->id, SESSION_CONTROL_LOG_OFF, &error);
  g_assert_true(pool_admin_delete(fixture->services, fixture->admin, "office", &error));
  g_assert_null(service_fixture_connect(fixture, alice, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL);
  g_clear_error(&error);
  service_fixture_settle(fixture);
  g_assert_cmpuint(alive(fixture), ==, 0);
  g_assert_true(
      image_registry_remove(fixture->services, fixture->admin, "office", &error)); /* nobody needs it */
  g_assert_no_error(error);
}

/* I4: desktops that the broker does not know are removed, those that it lost are made anew. */
static void
test_reconciles(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 4, 3);
  service_fixture_settle(fixture);
  GHashTableIter iter;
  g_hash_table_iter_init(&iter, fixture->alive);
  g_assert_true(g_hash_table_iter_next(&iter, NULL, NULL));
  g_hash_table_iter_remove(&iter);
  g_hash_table_add(fixture->alive, g_strdup("11111111-2222-4333-8444-555555555555"));
  service_fixture_host_silent(fixture);
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, "11111111-2222-4333-8444-555555555555"));
  g_assert_cmpuint(alive(fixture), ==, 3);
  service_fixture_check_invariants(fixture, 4);
}

/* Fault 12: a host that was given up comes back with what it ran. */
static void
test_host_comes_back_late(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 4, 2);
  service_fixture_settle(fixture);
  service_fixture_host_silent(fixture);
  fake_clock_advance(&fixture->clock, 61 * (gint64)G_USEC_PER_SEC);
  g_assert_true(services_tick(fixture->services, &error));
  g_autoptr(Host) down = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_cmpint(down->state, ==, HOST_DOWN);
  g_autoptr(PoolStatus) lost = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(lost->counts.spare, ==, 0);
  g_assert_cmpuint(lost->counts.failed, ==, 2);
  g_assert_cmpstr(lost->problems[0], ==, "kvm1 does not answer");
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_autoptr(PoolStatus) back = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(back->counts.spare, ==, 2);
  g_assert_cmpuint(alive(fixture), ==, 2);
  g_assert_cmpuint(g_strv_length(back->problems), ==, 0);
}

/* A pool whose desktops are on a host that is gone keeps its name, and says why. */
static void
test_name_of_a_pool_that_goes(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  service_fixture_host_silent(fixture);
  g_assert_true(pool_admin_delete(fixture->services, fixture->admin, "office", &error));
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.name = "office";
  settings.image = "office";
  g_autoptr(PoolStatus) again = pool_admin_create(fixture->services, fixture->admin, &settings, &error);
  g_assert_null(again);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_assert_nonnull(strstr(error->message, "still being deleted"));
}

static void
test_administrator_destroys(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) before = desktop_admin_get(fixture->services, "office-0001", &error);
  g_assert_true(desktop_admin_remove(fixture->services, fixture->admin, "office-0001", TRUE, &error));
  service_fixture_settle(fixture);
  g_assert_false(g_hash_table_contains(fixture->alive, before->id));
  g_assert_cmpuint(alive(fixture), ==, 1);
  const Page page = {0};
  g_autoptr(GPtrArray) desktops = desktop_admin_list(fixture->services, &page, NULL, &error);
  g_autofree char *log =
      desktop_admin_boot_log(fixture->services, ((Desktop *)g_ptr_array_index(desktops, 0))->name, &error);
  g_assert_cmpstr(log, ==, "Debian GNU/Linux 12");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pool-keeper/least-size", test_least_size);
  g_test_add_func("/pool-keeper/schedule", test_schedule);
  g_test_add_func("/pool-keeper/hosts", test_only_on_its_hosts);
  g_test_add_func("/pool-keeper/fills", test_fills_and_shrinks);
  g_test_add_func("/pool-keeper/shape", test_other_shape_is_made_anew);
  g_test_add_func("/pool-keeper/delete", test_deleted_pool_goes_with_its_desktops);
  g_test_add_func("/pool-keeper/reconcile", test_reconciles);
  g_test_add_func("/pool-keeper/late-host", test_host_comes_back_late);
  g_test_add_func("/pool-keeper/name-of-deleted", test_name_of_a_pool_that_goes);
  g_test_add_func("/pool-keeper/destroy", test_administrator_destroys);
  return g_test_run();
}
