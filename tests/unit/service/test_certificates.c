/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates count, by what the database knows of them. */
#include "broker/service/trust/certificate_registry.h"

#include "broker/service/hosts/host_removal.h"
#include "broker/service/services_private.h"
#include "broker/store/certificate_store.h"
#include "tests/unit/service/service_fixture.h"

#define YEAR_US (365 * 24 * 3600 * (gint64)G_USEC_PER_SEC)

/* Issues the certificate @serial to @role/@name. */
static void
issue(ServiceFixture *fixture, const char *serial, const char *role, const char *name)
{
  g_autoptr(GError) error = NULL;
  CertificateRow row = {.serial = (char *)serial,
                        .role = (char *)role,
                        .name = (char *)name,
                        .addresses = (char *)"",
                        .authority = (char *)"a1",
                        .not_after_us = YEAR_US};
  g_assert_true(certificate_registry_enter_own(fixture->services, &row, &error));
  g_assert_no_error(error);
  g_free(row.issued_by);
}

static CertificateStanding
standing(ServiceFixture *fixture, const char *serial, const char *role, const char *name)
{
  return certificate_registry_standing(fixture->services, role, name, serial);
}

static void
take_back(ServiceFixture *fixture, const char *serial, gboolean all)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CertificateRow) row =
      certificate_registry_revoke(fixture->services, fixture->admin, serial, "It was stolen.", all, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(row->reason, ==, "It was stolen.");
  g_assert_cmpstr(row->revoked_by, ==, fixture->admin->user_name);
}

/* How many are on the list; @ret_number is the list's. */
static guint
listed(ServiceFixture *fixture, gint64 *ret_number)
{
  g_auto(RevocationFacts) facts = {0};
  certificate_registry_revocations(fixture->services, &facts);
  *ret_number = facts.number;
  return facts.revoked->len;
}

static void
test_one_is_revoked(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  gint64 before, after;
  issue(fixture, "0a", "portal", "edge");
  issue(fixture, "0b", "portal", "edge");
  g_assert_cmpuint(listed(fixture, &before), ==, 0);
  take_back(fixture, "0a", FALSE);
  g_assert_cmpint(standing(fixture, "0a", "portal", "edge"), ==, CERTIFICATE_REVOKED);
  g_assert_cmpint(standing(fixture, "0b", "portal", "edge"), ==, CERTIFICATE_GOOD);
  g_assert_cmpint(standing(fixture, "0c", "portal", "edge"), ==, CERTIFICATE_UNKNOWN);
  g_assert_cmpuint(listed(fixture, &after), ==, 1);
  g_assert_cmpint(after, >, before);
  service_fixture_restart(fixture);
  g_assert_cmpint(standing(fixture, "0a", "portal", "edge"), ==, CERTIFICATE_REVOKED);
}

/* Also those that nobody wrote down; what the machine gets from then on counts. */
static void
test_all_of_a_machine(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  issue(fixture, "0a", "portal", "edge");
  issue(fixture, "0b", "portal", "edge");
  take_back(fixture, "0a", TRUE);
  g_assert_cmpint(standing(fixture, "0a", "portal", "edge"), ==, CERTIFICATE_REVOKED);
  g_assert_cmpint(standing(fixture, "0b", "portal", "edge"), ==, CERTIFICATE_REVOKED);
  g_assert_cmpint(standing(fixture, "0c", "portal", "edge"), ==, CERTIFICATE_CUT);
  g_assert_cmpint(standing(fixture, "0c", "portal", "other"), ==, CERTIFICATE_UNKNOWN);
  g_assert_cmpint(standing(fixture, "0c", "relay", "edge"), ==, CERTIFICATE_UNKNOWN);
  issue(fixture, "0d", "portal", "edge");
  g_assert_cmpint(standing(fixture, "0d", "portal", "edge"), ==, CERTIFICATE_GOOD);
}

/* Machines refuse a list whose number is not higher: each change needs one of its own. */
static void
test_each_list_has_a_higher_number(void)
{
  static const char *const SERIALS[] = {"0a", "0b", "0c", "0d"};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  gint64 last = 0;
  for (guint i = 0; i < G_N_ELEMENTS(SERIALS); i++) {
    gint64 number;
    issue(fixture, SERIALS[i], "portal", SERIALS[i]);
    take_back(fixture, SERIALS[i], i % 2 == 1); /* all within a second */
    g_assert_cmpuint(listed(fixture, &number), ==, i + 1);
    g_assert_cmpint(number, >, last);
    last = number;
  }
}

static void
test_a_removed_host_is_revoked(void)
{
  static const char *const ROLES[] = {"host", "relay"};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 1, 0);
  service_fixture_settle(fixture);
  issue(fixture, "0a", "host", FIXTURE_HOST);
  issue(fixture, "0b", "relay", FIXTURE_HOST);
  issue(fixture, "0c", "host", "kvm2");
  service_fixture_host_silent(fixture);
  g_assert_true(host_removal_run(fixture->services, fixture->admin, FIXTURE_HOST, TRUE, &error));
  g_assert_no_error(error);
  g_assert_cmpint(standing(fixture, "0a", "host", FIXTURE_HOST), ==, CERTIFICATE_REVOKED);
  g_assert_cmpint(standing(fixture, "0b", "relay", FIXTURE_HOST), ==, CERTIFICATE_REVOKED);
  g_assert_cmpint(standing(fixture, "0c", "host", "kvm2"), ==, CERTIFICATE_GOOD);
  for (guint i = 0; i < G_N_ELEMENTS(ROLES); i++) /* of before certificates were written down */
    g_assert_cmpint(standing(fixture, "0d", ROLES[i], FIXTURE_HOST), ==, CERTIFICATE_CUT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/certificates/one", test_one_is_revoked);
  g_test_add_func("/certificates/all-of-a-machine", test_all_of_a_machine);
  g_test_add_func("/certificates/numbers", test_each_list_has_a_higher_number);
  g_test_add_func("/certificates/removed-host", test_a_removed_host_is_revoked);
  return g_test_run();
}
