/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that go for good with what is booked on them. */
#include "broker/service/hosts/host_removal.h"

#include "broker/service/audit_log.h"
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/desktops/desktop_owner.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "tests/unit/service/service_fixture.h"

#include <string.h>

#define MACHINE "11111111-2222-4333-8444-555555555555"

static ServiceFixture *
pool_of(const char *kind)
{
  ServiceFixture *fixture = service_fixture_new();
  PoolSettings settings = POOL_SETTINGS_NONE;
  gboolean manual = g_str_equal(kind, "manual");
  settings.kind = kind;
  settings.size = manual ? -1 : 3;
  settings.spares = manual ? -1 : 1;
  service_fixture_pool_of(fixture, &settings);
  service_fixture_settle(fixture);
  return fixture;
}

static gboolean
remove_host(ServiceFixture *fixture, gboolean force, GError **error)
{
  return host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, force, error);
}

static guint
count_audit(ServiceFixture *fixture, const char *action, const char *detail)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) entries = audit_log_list(fixture->services, &page, NULL, &error);
  g_assert_no_error(error);
  guint count = 0;
  for (guint i = 0; i < entries->len; i++) {
    const AuditEntry *entry = g_ptr_array_index(entries, i);
    count += g_str_equal(entry->action, action) && strstr(entry->detail, detail) != NULL ? 1 : 0;
  }
  return count;
}

static void
test_owned_desktops_keep_their_host(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_host_silent(fixture);
  g_assert_false(remove_host(fixture, FALSE, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "conflict");
  g_assert_nonnull(
      strstr(error->message, "kvm1 holds 1 desktop that belongs to somebody: office-0001 of alice"));
  g_assert_nonnull(strstr(error->message, "with force"));
  g_assert_cmpstr(error_get_reasons(error)[0], ==, "office-0001 of alice");
  g_assert_null(error_get_reasons(error)[1]);
  g_autoptr(Desktop) kept = service_fixture_desktop(fixture, session->desktop_id);
  g_assert_cmpstr(kept->owner_name, ==, "alice");
}

static void
test_burnt_host_goes_with_what_was_on_it(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  service_fixture_settle(fixture);
  g_assert_false(remove_host(fixture, TRUE, &error)); /* it is connected: it did not burn */
  g_assert_nonnull(strstr(error->message, "stop caraway-host"));
  g_clear_error(&error);
  service_fixture_host_silent(fixture);
  g_assert_true(remove_host(fixture, TRUE, &error));
  g_assert_no_error(error);
  g_assert_null(desktop_admin_get(fixture->services, session->desktop_id, NULL));
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpstr(ended->end_code, ==, "host-gone");
  g_assert_cmpuint(count_audit(fixture, "desktop.lost", "It was alice's, on kvm1."), ==, 1);
  g_assert_cmpuint(count_audit(fixture, "host.remove", "1 desktop of a user was lost"), ==, 1);
  service_fixture_host_join(fixture);
  service_fixture_host_hello(fixture);
  service_fixture_settle(fixture);
  g_autoptr(Session) anew = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(anew->desktop_id, !=, session->desktop_id);
  service_fixture_check_invariants(fixture, 3);
}

static void
adopt(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  HostForeign machine = {.uuid = MACHINE, .name = "cad", .power = HOST_POWER_UP, .adoptable = TRUE};
  const HostForeignList list = {.domains = &machine, .domain_count = 1};
  g_assert_true(host_events_foreign(fixture->services, FIXTURE_HOST, fixture->term, &list, &error));
  g_autoptr(Desktop) desktop =
      desktop_owner_adopt(fixture->services, fixture->admin, "office", FIXTURE_HOST, "cad", &error);
  g_assert_no_error(error);
  service_fixture_settle(fixture);
}

static void
test_adopted_machine_of_nobody_is_let_go(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  adopt(fixture);
  service_fixture_host_silent(fixture);
  g_assert_true(remove_host(fixture, FALSE, &error));
  g_assert_no_error(error);
  g_assert_null(desktop_admin_get(fixture->services, MACHINE, NULL));
  g_assert_cmpuint(count_audit(fixture, "desktop.lost", ""), ==, 0);
}

static void
test_adopted_machine_of_somebody(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("manual");
  g_autoptr(GError) error = NULL;
  adopt(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Desktop) hers = desktop_owner_assign(fixture->services, fixture->admin, "cad", "alice", &error);
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  service_fixture_host_silent(fixture);
  g_assert_false(remove_host(fixture, FALSE, &error));
  g_assert_nonnull(strstr(error->message, "cad of alice"));
  g_clear_error(&error);
  g_assert_true(remove_host(fixture, TRUE, &error));
  g_autoptr(Session) ended = service_fixture_session(fixture, session->id);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_null(desktop_admin_get(fixture->services, MACHINE, NULL));
}

static void
test_free_desktops_go_without_asking(void)
{
  g_autoptr(ServiceFixture) fixture = pool_of("dedicated");
  g_autoptr(GError) error = NULL;
  service_fixture_host_silent(fixture);
  g_assert_true(remove_host(fixture, FALSE, &error));
  g_assert_no_error(error);
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) left = desktop_admin_list(fixture->services, &page, NULL, &error);
  g_assert_cmpuint(left->len, ==, 0);
  g_assert_false(remove_host(fixture, TRUE, &error));
  g_assert_cmpstr(error_stable_name(error), ==, "not-found");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-removal/owned", test_owned_desktops_keep_their_host);
  g_test_add_func("/host-removal/burnt", test_burnt_host_goes_with_what_was_on_it);
  g_test_add_func("/host-removal/adopted", test_adopted_machine_of_nobody_is_let_go);
  g_test_add_func("/host-removal/adopted-by-somebody", test_adopted_machine_of_somebody);
  g_test_add_func("/host-removal/free", test_free_desktops_go_without_asking);
  return g_test_run();
}
