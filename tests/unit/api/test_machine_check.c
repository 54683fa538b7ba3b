/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in by a certificate of our authority: each standing that one may have, at the handshake and
 * later. */
#include "broker/api/machine_check.h"

#include "broker/hostlink/authority.h"
#include "broker/service/trust/certificate_registry.h"
#include "common/base/secret.h"
#include "common/net/openssl.h"
#include "tests/unit/service/service_fixture.h"

#include <glib/gstdio.h>

#define INSTALLATION "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001"
#define JOINED                                                                                               \
  "{\"installation\":\"" INSTALLATION "\",\"name\":\"x\",\"broker\":\"https://b:1\",\"grant_keys\":[]}"

typedef struct {
  ServiceFixture *fixture;
  char *folder;
  Authority *authority;
  Credentials *broker;
  Credentials *portal;
  X509 *certificate; /* of the portal */
} Case;

static const char *const FILES[] = {"ca.pem", "identity.pem", "identity.key", "join.json", NULL};

static void
remove_folder(const char *path)
{
  for (const char *const *name = FILES; *name != NULL; name++) {
    g_autofree char *file = g_build_filename(path, *name, NULL);
    (void)g_unlink(file);
  }
  g_assert_cmpint(g_rmdir(path), ==, 0);
}

static Credentials *
issue(Case *test, IdentityRole role, const char *name)
{
  g_autoptr(GError) error = NULL;
  char *key = credentials_make_key();
  g_autofree char *request = credentials_make_request(key, name, &error);
  g_autoptr(Identity) identity = identity_new(INSTALLATION, role, name);
  g_autofree char *chain = authority_sign(test->authority, request, identity, NULL, &error);
  g_assert_no_error(error);
  g_autofree char *folder = g_build_filename(test->folder, name, NULL);
  const CredentialFiles files = {authority_ca_pem(test->authority), chain, key, JOINED};
  g_assert_true(credentials_save(folder, &files, &error));
  secret_free(key);
  Credentials *credentials = credentials_load(folder, &error);
  g_assert_no_error(error);
  remove_folder(folder);
  return credentials;
}

static void
set_up(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  test->fixture = service_fixture_new();
  test->folder = g_dir_make_tmp("caraway-machine-XXXXXX", &error);
  g_assert_no_error(error);
  test->authority = authority_open(test->folder, INSTALLATION, &error);
  g_assert_no_error(error);
  test->broker = issue(test, IDENTITY_BROKER, "b1");
  test->portal = issue(test, IDENTITY_PORTAL, "edge");
  test->certificate = openssl_x509_from_certificate(credentials_tls_certificate(test->portal), &error);
  g_assert_no_error(error);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_autofree char *key = g_build_filename(test->folder, "ca.key", NULL);
  X509_free(test->certificate);
  credentials_free(test->portal);
  credentials_free(test->broker);
  authority_free(test->authority);
  service_fixture_free(test->fixture);
  g_assert_cmpint(g_unlink(key), ==, 0);
  remove_folder(test->folder);
  g_free(test->folder);
}

/* Writes the portal's certificate down, as a broker does that has signed it. */
static char *
enter(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CertificateRow) row = certificate_facts_of(test->certificate, &error);
  g_assert_true(certificate_registry_enter_own(test->fixture->services, row, &error));
  g_assert_no_error(error);
  return g_strdup(row->serial);
}

static void
assert_is(Case *test, gboolean let_in)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) shown = credentials_check_peer(test->broker, test->certificate, &error);
  g_assert_no_error(error);
  g_autoptr(Identity) peer =
      machine_check_peer(test->fixture->services, test->broker, test->certificate, &error);
  g_assert_true((peer != NULL) == let_in);
  g_assert_cmpint(machine_check_counts(shown, test->fixture->services), ==, let_in);
  if (!let_in)
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
}

static void
test_unknown_is_let_in_and_noted(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  assert_is(test, TRUE);
  g_assert_true(certificate_registry_write_noted(test->fixture->services, &error));
  g_assert_no_error(error);
  g_autoptr(CertificateRow) row = certificate_facts_of(test->certificate, &error);
  g_autoptr(CertificateRow) noted = certificate_registry_get(test->fixture->services, row->serial, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(noted->name, ==, "edge");
}

static void
test_revoked(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *serial = enter(test);
  assert_is(test, TRUE);
  g_autoptr(CertificateRow) row =
      certificate_registry_revoke(test->fixture->services, test->fixture->admin, serial, NULL, FALSE, &error);
  g_assert_no_error(error);
  assert_is(test, FALSE);
}

/* One that nobody wrote down, of a machine all of whose certificates were revoked. */
static void
test_cut(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  CertificateRow other = {.serial = (char *)"0a",
                          .role = (char *)"portal",
                          .name = (char *)"edge",
                          .addresses = (char *)"",
                          .authority = (char *)"a"};
  g_assert_true(certificate_registry_enter_own(test->fixture->services, &other, &error));
  g_free(other.issued_by);
  g_autoptr(CertificateRow) row =
      certificate_registry_revoke(test->fixture->services, test->fixture->admin, "0a", NULL, TRUE, &error);
  g_assert_no_error(error);
  assert_is(test, FALSE);
}

#define ADD(name, function) g_test_add("/machine-check/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("unknown", test_unknown_is_let_in_and_noted);
  ADD("revoked", test_revoked);
  ADD("cut", test_cut);
  return g_test_run();
}
