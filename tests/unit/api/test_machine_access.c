/* SPDX-License-Identifier: Apache-2.0 */
/* Machines whose certificate was revoked while their connection was open. */
#include "broker/api/dispatch.h"
#include "broker/service/trust/certificate_registry.h"
#include "tests/unit/service/service_fixture.h"

#define INSTALLATION "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001"

/* GET /internal/grant-keys of relay/kvm1 with the certificate "01". */
static guint
ask(ServiceFixture *fixture)
{
  const ApiContext context = {.services = fixture->services};
  g_autofree char *allow = NULL;
  Request *request = g_new0(Request, 1);
  RouteMatch match = route_find("GET", "/internal/grant-keys", &request->route, &request->parameters, &allow);
  g_assert_cmpint(match, ==, ROUTE_FOUND);
  request->method = g_strdup("GET");
  request->address = g_strdup("192.0.2.7");
  request->client = g_strdup("");
  request->peer = identity_new(INSTALLATION, IDENTITY_RELAY, "kvm1");
  request->peer->serial = g_strdup("01");
  Answer *answer = dispatch_run(&context, request);
  guint status = answer->status;
  answer_free(answer);
  request_free(request);
  return status;
}

static void
test_a_revoked_one_is_refused_at_once(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GError) error = NULL;
  CertificateRow row = {.serial = "01", .role = "relay", .name = "kvm1", .addresses = "", .authority = ""};
  gboolean entered = certificate_registry_enter_own(fixture->services, &row, &error);
  g_assert_no_error(error);
  g_assert_true(entered);
  g_free(row.issued_by); /* set when it was entered */
  g_assert_cmpuint(ask(fixture), ==, 200);
  g_autoptr(CertificateRow) revoked =
      certificate_registry_revoke(fixture->services, fixture->admin, "01", NULL, FALSE, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(ask(fixture), ==, 403);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/machine-access/revoked", test_a_revoked_one_is_refused_at_once);
  return g_test_run();
}
