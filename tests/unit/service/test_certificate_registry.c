/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of certificates that were revoked or replaced while their machines were still connected. */
#include "broker/service/trust/certificate_registry.h"

#include "broker/policy/renewal_rules.h"
#include "broker/service/audit_log.h"
#include "tests/unit/service/service_fixture.h"

#define ROLE "portal"
#define NAME "edge1"

static CertificateRow *
certificate(const char *serial)
{
  CertificateRow *row = g_new0(CertificateRow, 1);
  row->serial = g_strdup(serial);
  row->role = g_strdup(ROLE);
  row->name = g_strdup(NAME);
  row->addresses = g_strdup("");
  row->authority = g_strdup("aa");
  row->not_after_us = G_MAXINT64;
  row->issued_by = g_strdup("");
  row->revoked_by = g_strdup("");
  row->reason = g_strdup("");
  return row;
}

static void
enter(ServiceFixture *fixture, const char *serial)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CertificateRow) row = certificate(serial);
  gboolean entered = certificate_registry_enter_own(fixture->services, row, &error);
  g_assert_no_error(error);
  g_assert_true(entered);
}

static gboolean
renew(ServiceFixture *fixture, const char *older, const char *newer, GError **error)
{
  g_autoptr(CertificateRow) row = certificate(newer);
  g_autoptr(Caller) machine = caller_new("", ROLE "/" NAME, FALSE, "192.0.2.7", NULL);
  return certificate_registry_renew(fixture->services, machine, older, row, error);
}

static void
assert_renewed(ServiceFixture *fixture, const char *older, const char *newer)
{
  g_autoptr(GError) error = NULL;
  gboolean renewed = renew(fixture, older, newer, &error);
  g_assert_no_error(error);
  g_assert_true(renewed);
}

/* Nothing is handed out, and it is told. */
static void
assert_refused(ServiceFixture *fixture, const char *older, const char *newer, const char *code)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(renew(fixture, older, newer, &error));
  g_assert_cmpstr(error_stable_name(error), ==, code);
  g_assert_null(certificate_registry_get(fixture->services, newer, NULL));
  const Page page = {.limit = 1};
  g_autoptr(GPtrArray) newest = audit_log_list(fixture->services, &page, NULL, NULL);
  const AuditEntry *entry = g_ptr_array_index(newest, 0);
  g_autofree char *object = g_strconcat("certificate/", older, NULL);
  g_assert_cmpstr(entry->action, ==, "certificate.issue");
  g_assert_cmpstr(entry->actor, ==, ROLE "/" NAME);
  g_assert_cmpstr(entry->object, ==, object);
  g_assert_cmpstr(entry->code, ==, code);
}

static void
shut_out(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  gboolean done = certificate_registry_revoke_machine(work, fixture->admin, ROLE, NAME, "", &error) &&
                  work_commit(work, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

static void
pass(ServiceFixture *fixture, gint64 time_us)
{
  fake_clock_advance(&fixture->clock, time_us);
}

/* I7: the connection was open while it was revoked, maybe at another broker. */
static void
test_a_revoked_certificate_is_not_renewed(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  enter(fixture, "01");
  enter(fixture, "02");
  g_autoptr(CertificateRow) revoked =
      certificate_registry_revoke(fixture->services, fixture->admin, "01", NULL, FALSE, &error);
  g_assert_no_error(error);
  assert_refused(fixture, "01", "03", "identity-not-trusted");
  assert_renewed(fixture, "02", "04");
}

static void
test_nothing_of_a_machine_that_was_shut_out_is_renewed(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  enter(fixture, "01");
  assert_renewed(fixture, "01", "02");
  shut_out(fixture);
  assert_refused(fixture, "01", "03", "identity-not-trusted");
  g_assert_false(renew(fixture, "02", "03", NULL)); /* one row tells of both */
  pass(fixture, G_USEC_PER_SEC);
  enter(fixture, "04"); /* it joined again */
  assert_renewed(fixture, "04", "05");
}

static void
test_a_lost_answer_may_be_repeated_for_a_day(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  enter(fixture, "01");
  assert_renewed(fixture, "01", "02");
  pass(fixture, RENEWAL_REPEAT_US);
  assert_renewed(fixture, "01", "03");
  pass(fixture, 1); /* counted from the first */
  assert_refused(fixture, "01", "04", "identity-not-trusted");
  assert_renewed(fixture, "03", "05");
}

/* I6 */
static void
test_a_machine_is_given_few_an_hour(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  enter(fixture, "00");
  pass(fixture, RENEWAL_WINDOW_US);
  for (guint i = 1; i <= RENEWAL_MAX; i++) {
    g_autofree char *newer = g_strdup_printf("%02x", i);
    assert_renewed(fixture, "00", newer);
  }
  assert_refused(fixture, "00", "10", "too-many-attempts");
  pass(fixture, RENEWAL_WINDOW_US);
  assert_renewed(fixture, "00", "10");
}

static void
test_what_was_shown_before_a_removal_does_not_undo_it(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  certificate_registry_note(fixture->services, certificate("01"));
  shut_out(fixture);
  gboolean written = certificate_registry_write_noted(fixture->services, &error);
  g_assert_no_error(error);
  g_assert_true(written);
  service_fixture_catch_up(fixture);
  g_assert_null(certificate_registry_get(fixture->services, "01", NULL));
  g_assert_cmpint(certificate_registry_standing(fixture->services, ROLE, NAME, "01"), ==, CERTIFICATE_CUT);
}

static void
test_what_was_shown_is_written_down(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  certificate_registry_note(fixture->services, certificate("01"));
  gboolean written = certificate_registry_write_noted(fixture->services, &error);
  g_assert_no_error(error);
  g_assert_true(written);
  service_fixture_catch_up(fixture);
  g_assert_cmpint(certificate_registry_standing(fixture->services, ROLE, NAME, "01"), ==, CERTIFICATE_GOOD);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/certificate-registry/revoked", test_a_revoked_certificate_is_not_renewed);
  g_test_add_func("/certificate-registry/shut-out", test_nothing_of_a_machine_that_was_shut_out_is_renewed);
  g_test_add_func("/certificate-registry/repeated", test_a_lost_answer_may_be_repeated_for_a_day);
  g_test_add_func("/certificate-registry/few", test_a_machine_is_given_few_an_hour);
  g_test_add_func("/certificate-registry/noted-and-removed",
                  test_what_was_shown_before_a_removal_does_not_undo_it);
  g_test_add_func("/certificate-registry/noted", test_what_was_shown_is_written_down);
  return g_test_run();
}
