/* SPDX-License-Identifier: Apache-2.0 */
/* Taking hosts out of service. */
#include "broker/service/hosts/host_admin.h"

#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "tests/unit/service/service_fixture.h"

static HostDuty
duty_of(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Host) host = host_registry_get(fixture->services, FIXTURE_HOST, &error);
  g_assert_no_error(error);
  return host->duty;
}

static void
drain(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Host) host =
      host_admin_set_duty(fixture->services, fixture->admin, FIXTURE_HOST, HOST_DUTY_EVENT_DRAIN, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
}

/* alice has a desktop of her own on the host (transfer full). */
static ServiceFixture *
own_desktop(char **ret_id)
{
  ServiceFixture *fixture = service_fixture_new();
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.kind = "dedicated";
  settings.size = 3;
  settings.spares = 1;
  service_fixture_pool_of(fixture, &settings);
  service_fixture_settle(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
  *ret_id = g_strdup(session->desktop_id);
  return fixture;
}

/* A host that answers and does not have a desktop any more does not run it. */
static void
test_lost_desktop_does_not_hold_up(void)
{
  g_autofree char *id = NULL;
  g_autoptr(ServiceFixture) fixture = own_desktop(&id);
  g_autoptr(GError) error = NULL;
  drain(fixture);
  g_assert_cmpint(duty_of(fixture), ==, HOST_DRAINING); /* alice works there */
  const HostDesktopGone gone = {.id = id, .reason = "somebody removed it"};
  g_assert_true(host_events_desktop_gone(fixture->services, FIXTURE_HOST, fixture->term, &gone, &error));
  g_hash_table_remove(fixture->alive, id);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) lost = service_fixture_desktop(fixture, id);
  g_assert_cmpint(lost->power, ==, POWER_LOST);
  g_assert_cmpint(duty_of(fixture), ==, HOST_MAINTENANCE);
}

/* What runs on a host that does not answer is not known. */
static void
test_silent_host_may_run_what_is_lost(void)
{
  g_autofree char *id = NULL;
  g_autoptr(ServiceFixture) fixture = own_desktop(&id);
  g_autoptr(GError) error = NULL;
  drain(fixture);
  service_fixture_host_silent(fixture);
  fake_clock_advance(&fixture->clock, 300 * (gint64)G_USEC_PER_SEC);
  service_fixture_settle(fixture);
  g_autoptr(Desktop) lost = service_fixture_desktop(fixture, id);
  g_assert_cmpint(lost->power, ==, POWER_LOST);
  g_assert_cmpint(duty_of(fixture), ==, HOST_DRAINING);
  g_assert_null(
      host_admin_set_duty(fixture->services, fixture->admin, FIXTURE_HOST, HOST_DUTY_EVENT_MAINTAIN, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "conflict");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-admin/lost-desktop", test_lost_desktop_does_not_hold_up);
  g_test_add_func("/host-admin/silent-host", test_silent_host_may_run_what_is_lost);
  return g_test_run();
}
