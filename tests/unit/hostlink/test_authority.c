/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/authority.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/net/credentials.h"
#include "common/net/openssl.h"

#include <glib/gstdio.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

#define INSTALLATION "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001"
#define ANOTHER      "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a0ff"

static const char *const ADDRESSES[] = {"10.0.0.5", "kvm1.example.org", NULL};

typedef struct {
  char *folder;
  Authority *authority;
} Fixture;

static void
remove_folder(const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
    g_autofree char *entry = g_build_filename(path, name, NULL);
    if (g_unlink(entry) != 0)
      remove_folder(entry);
  }
  g_rmdir(path);
}

static void
setup(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = g_dir_make_tmp("caraway-authority-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->authority = authority_open(fixture->folder, INSTALLATION, &error);
  g_assert_no_error(error);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
  authority_free(fixture->authority);
  remove_folder(fixture->folder);
  g_free(fixture->folder);
}

/* Joins as a machine would, and loads what it then holds. */
static Credentials *
issue(Fixture *fixture, const char *installation, IdentityRole role, const char *name)
{
  g_autoptr(GError) error = NULL;
  char *key = credentials_make_key();
  g_autofree char *request = credentials_make_request(key, name, &error);
  g_assert_no_error(error);
  g_autoptr(Identity) identity = identity_new(installation, role, name);
  g_autofree char *chain = authority_sign(fixture->authority, request, identity, ADDRESSES, &error);
  g_assert_no_error(error);
  g_autofree char *folder = g_build_filename(fixture->folder, name, NULL);
  CredentialFiles files = {authority_ca_pem(fixture->authority), chain, key,
                           "{\"installation\":\"" INSTALLATION "\",\"name\":\"x\",\"broker\":\"https://b:1\","
                           "\"grant_keys\":[]}"};
  gboolean saved = credentials_save(folder, &files, &error);
  g_assert_no_error(error);
  g_assert_true(saved);
  secret_free(key);
  Credentials *credentials = credentials_load(folder, &error);
  g_assert_no_error(error);
  return credentials;
}

static void
test_files_are_private(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) credentials = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  static const char *const NAMES[] = {"ca.key", "kvm1/identity.key", "kvm1/identity.pem", "kvm1/join.json"};
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *path = g_build_filename(fixture->folder, NAMES[i], NULL);
    struct stat status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  }
}

static void
test_reopening_keeps_the_authority(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Authority) again = authority_open(fixture->folder, INSTALLATION, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(authority_ca_hash(again), ==, authority_ca_hash(fixture->authority));
}

static void
test_another_installation_is_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Authority) again = authority_open(fixture->folder, ANOTHER, &error);
  g_assert_null(again);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

/* As after a kill -9 between the two files of a first start. */
static void
test_half_made_authority_is_made_anew(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *certificate = g_build_filename(fixture->folder, "ca.pem", NULL);
  g_assert_cmpint(g_unlink(certificate), ==, 0);
  g_autoptr(Authority) again = authority_open(fixture->folder, INSTALLATION, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(authority_ca_hash(again), !=, authority_ca_hash(fixture->authority));
}

static void
test_leaf_names_its_machine(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) credentials = issue(fixture, INSTALLATION, IDENTITY_RELAY, "kvm1");
  g_assert_true(identity_is(credentials_identity(credentials), "relay/kvm1"));
  g_assert_cmpstr(credentials_broker_url(credentials), ==, "https://b:1");
  g_autoptr(X509) leaf = openssl_x509_from_certificate(credentials_tls_certificate(credentials), NULL);
  g_assert_cmpint(X509_check_ip_asc(leaf, "10.0.0.5", 0), ==, 1);
  g_assert_cmpint(X509_check_host(leaf, "kvm1.example.org", 0, 0, NULL), ==, 1);
  g_assert_cmpint(X509_check_ca(leaf), ==, 0);
}

static void
check_peer(Credentials *own, Credentials *peer, IdentityRole role, gboolean accepted)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(X509) x509 = openssl_x509_from_certificate(credentials_tls_certificate(peer), NULL);
  g_autoptr(Identity) identity = credentials_check_x509(own, x509, role, &error);
  if (accepted) {
    g_assert_no_error(error);
    g_assert_nonnull(identity);
  } else {
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  }
}

static void
test_peers_are_told_apart(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autoptr(Credentials) relay = issue(fixture, INSTALLATION, IDENTITY_RELAY, "kvm2");
  g_autoptr(Credentials) foreign = issue(fixture, ANOTHER, IDENTITY_RELAY, "kvm3");
  check_peer(host, relay, IDENTITY_RELAY, TRUE);
  check_peer(host, relay, IDENTITY_BROKER, FALSE);
  check_peer(host, foreign, IDENTITY_RELAY, FALSE);
}

static void
test_no_certificate_is_untrusted(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autoptr(Identity) identity = credentials_check_x509(host, NULL, IDENTITY_RELAY, &error);
  g_assert_null(identity);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
}

static void
test_another_authority_is_untrusted(Fixture *fixture, gconstpointer data)
{
  Fixture other;
  setup(&other, NULL);
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autoptr(Credentials) stranger = issue(&other, INSTALLATION, IDENTITY_RELAY, "kvm1");
  check_peer(host, stranger, IDENTITY_RELAY, FALSE);
  teardown(&other, NULL);
}

/* A leaf may not sign: a machine that was taken over cannot make identities. */
static void
test_leaf_is_no_authority(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autoptr(Credentials) relay = issue(fixture, INSTALLATION, IDENTITY_RELAY, "kvm2");
  g_autoptr(X509) leaf = openssl_x509_from_certificate(credentials_tls_certificate(host), NULL);
  g_autoptr(X509) other = openssl_x509_from_certificate(credentials_tls_certificate(relay), NULL);
  g_autoptr(GError) error = NULL;
  gboolean valid = openssl_x509_verify(other, leaf, &error);
  g_assert_false(valid);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
}

static void
test_wrong_requests_are_refused(Fixture *fixture, gconstpointer data)
{
  static const char *const WRONG_ADDRESS[] = {"10.0.0.5,DNS:evil", NULL};
  g_autoptr(Identity) identity = identity_new(INSTALLATION, IDENTITY_HOST, "kvm1");
  char *key = credentials_make_key();
  g_autofree char *request = credentials_make_request(key, "kvm1", NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *wrong_address =
      authority_sign(fixture->authority, request, identity, WRONG_ADDRESS, &error);
  g_assert_null(wrong_address);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  g_clear_error(&error);
  g_autofree char *not_a_request = authority_sign(fixture->authority, key, identity, ADDRESSES, &error);
  g_assert_null(not_a_request);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  secret_free(key);
}

static void
test_own_certificate_follows_the_addresses(Fixture *fixture, gconstpointer data)
{
  static const char *const OTHER[] = {"10.0.0.6", NULL};
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity = identity_new(INSTALLATION, IDENTITY_BROKER, "b1");
  g_autofree char *path = g_build_filename(fixture->folder, "identity.pem", NULL);
  g_autofree char *texts[3] = {NULL, NULL, NULL};
  for (guint i = 0; i < 3; i++) {
    gboolean renewed = authority_renew_own(fixture->authority, fixture->folder, identity,
                                           i < 2 ? ADDRESSES : OTHER, FALSE, &error);
    g_assert_no_error(error);
    g_assert_true(renewed);
    g_assert_true(g_file_get_contents(path, &texts[i], NULL, NULL));
  }
  g_assert_cmpstr(texts[0], ==, texts[1]);
  g_assert_cmpstr(texts[1], !=, texts[2]);
  g_free(g_steal_pointer(&texts[1]));
  g_free(g_steal_pointer(&texts[2]));
}

/* The list @number, with @revoked (nullable) on it. */
static char *
revocation_list(const Authority *authority, gint64 number, const Identity *revoked)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = g_ptr_array_new();
  CertificateRow row = {.serial = revoked != NULL ? revoked->serial : NULL, .revoked_us = G_USEC_PER_SEC};
  if (revoked != NULL)
    g_ptr_array_add(rows, &row);
  char *list = authority_revocation_list(authority, number, rows, &error);
  g_assert_no_error(error);
  return list;
}

static Identity *
check(const Credentials *credentials, const Credentials *peer)
{
  return credentials_check_certificate(credentials, credentials_tls_certificate(peer), NULL);
}

static void
test_revoked_peers_are_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean changed = FALSE;
  g_autoptr(Credentials) relay = issue(fixture, INSTALLATION, IDENTITY_RELAY, "kvm1");
  g_autoptr(Credentials) stolen = issue(fixture, INSTALLATION, IDENTITY_PORTAL, "edge1");
  g_autoptr(Credentials) kept = issue(fixture, INSTALLATION, IDENTITY_PORTAL, "edge2");
  g_autoptr(Identity) before = check(relay, stolen);
  g_autofree char *list = revocation_list(fixture->authority, 7, before);
  g_assert_true(credentials_take_revocations(relay, list, &changed, &error));
  g_assert_no_error(error);
  g_assert_true(changed);
  g_assert_null(check(relay, stolen));
  g_autoptr(Identity) after = check(relay, kept);
  g_assert_nonnull(after);
  g_assert_true(credentials_take_revocations(relay, list, &changed, NULL));
  g_assert_false(changed);
  g_autofree char *folder = g_build_filename(fixture->folder, "kvm1", NULL);
  g_autoptr(Credentials) restarted = credentials_load(folder, &error);
  g_assert_no_error(error);
  g_assert_null(check(restarted, stolen));
}

static void
test_older_and_foreign_lists_are_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_build_filename(fixture->folder, "other", NULL);
  g_autoptr(Authority) other = authority_open(folder, INSTALLATION, NULL); /* of the same name */
  g_autoptr(Credentials) relay = issue(fixture, INSTALLATION, IDENTITY_RELAY, "kvm1");
  g_autoptr(Credentials) stolen = issue(fixture, INSTALLATION, IDENTITY_PORTAL, "edge1");
  g_autoptr(Identity) identity = check(relay, stolen);
  g_autofree char *newer = revocation_list(fixture->authority, 7, identity);
  g_autofree char *older = revocation_list(fixture->authority, 6, NULL);
  g_autofree char *foreign = revocation_list(other, 8, NULL);
  g_assert_true(credentials_take_revocations(relay, newer, NULL, NULL));
  g_assert_false(credentials_take_revocations(relay, older, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  g_clear_error(&error);
  g_assert_false(credentials_take_revocations(relay, foreign, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  g_clear_error(&error);
  g_assert_false(credentials_take_revocations(relay, "nonsense", NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  g_assert_null(check(relay, stolen));
}

static void
test_the_key_may_be_elsewhere(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *inside = g_build_filename(fixture->folder, "ca.key", NULL);
  g_autofree char *elsewhere = g_strconcat(fixture->folder, "-ca.key", NULL);
  g_assert_cmpint(g_rename(inside, elsewhere), ==, 0);
  g_assert_null(authority_open(fixture->folder, INSTALLATION, NULL));
  g_autoptr(Authority) opened = authority_open_with_key(fixture->folder, elsewhere, INSTALLATION, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(authority_ca_hash(opened), ==, authority_ca_hash(fixture->authority));
  g_assert_false(g_file_test(inside, G_FILE_TEST_EXISTS));
  g_assert_cmpint(g_chmod(elsewhere, 0644), ==, 0);
  g_assert_null(authority_open_with_key(fixture->folder, elsewhere, INSTALLATION, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_unlink(elsewhere);
}

static char *
file_of(const Fixture *fixture, const char *name)
{
  return g_build_filename(fixture->folder, "kvm1", name, NULL);
}

static void
move(const Fixture *fixture, const char *from, const char *to)
{
  g_autofree char *source = file_of(fixture, from);
  g_autofree char *target = file_of(fixture, to);
  g_assert_cmpint(g_rename(source, target), ==, 0);
}

/* A new pair for host/kvm1, as a broker would sign it. */
static char *
sign_again(Fixture *fixture, IdentityRole role, char **ret_key)
{
  g_autoptr(GError) error = NULL;
  *ret_key = credentials_make_key();
  g_autofree char *request = credentials_make_request(*ret_key, "kvm1", &error);
  g_autoptr(Identity) identity = identity_new(INSTALLATION, role, "kvm1");
  char *chain = authority_sign(fixture->authority, request, identity, ADDRESSES, &error);
  g_assert_no_error(error);
  return chain;
}

static void
assert_serial(const Fixture *fixture, const char *chain)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = file_of(fixture, "");
  g_autoptr(Credentials) loaded = credentials_load(folder, &error);
  g_assert_no_error(error);
  g_autoptr(X509) leaf = openssl_x509_from_pem(chain, NULL);
  g_autofree char *expected = openssl_x509_serial(leaf);
  g_autoptr(X509) held = openssl_x509_from_certificate(credentials_tls_certificate(loaded), NULL);
  g_autofree char *serial = openssl_x509_serial(held);
  g_assert_cmpstr(serial, ==, expected);
}

/* Each state that a process can leave when it is killed while it renews: the old pair, or the new one. */
static void
test_a_renewal_that_was_cut_short_is_whole(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autofree char *pem_path = file_of(fixture, "identity.pem");
  g_autofree char *older = NULL;
  g_assert_true(g_file_get_contents(pem_path, &older, NULL, NULL));
  char *key = NULL;
  g_autofree char *newer = sign_again(fixture, IDENTITY_HOST, &key);
  g_autofree char *next_key = file_of(fixture, "identity.key.next");
  g_autofree char *next_pem = file_of(fixture, "identity.pem.next");
  g_assert_true(g_file_set_contents(next_key, key, -1, NULL));
  assert_serial(fixture, older);
  g_assert_false(g_file_test(next_key, G_FILE_TEST_EXISTS));
  g_assert_true(g_file_set_contents(next_key, key, -1, NULL));
  g_assert_true(g_file_set_contents(next_pem, newer, -1, NULL));
  assert_serial(fixture, newer);
  g_assert_true(g_file_set_contents(next_pem, newer, -1, NULL)); /* the key is in its place already */
  move(fixture, "identity.pem", "identity.pem.lost");
  g_assert_true(g_file_set_contents(pem_path, older, -1, NULL));
  assert_serial(fixture, newer);
  g_assert_false(g_file_test(next_pem, G_FILE_TEST_EXISTS));
  secret_free(key);
}

static void
test_a_renewal_must_be_ours(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  g_autofree char *pem_path = file_of(fixture, "identity.pem");
  g_autofree char *older = NULL;
  g_assert_true(g_file_get_contents(pem_path, &older, NULL, NULL));
  g_assert_false(credentials_are_due(host));
  char *key = NULL, *other_key = credentials_make_key();
  g_autofree char *relay = sign_again(fixture, IDENTITY_RELAY, &key);
  g_assert_false(credentials_renew(host, relay, key, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  g_clear_error(&error);
  secret_free(key);
  g_autofree char *newer = sign_again(fixture, IDENTITY_HOST, &key);
  g_assert_false(credentials_renew(host, newer, other_key, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  g_clear_error(&error);
  assert_serial(fixture, older);
  GTlsCertificate *held = credentials_tls_certificate(host);
  gboolean renewed = credentials_renew(host, newer, key, &error);
  g_assert_no_error(error);
  g_assert_true(renewed);
  assert_serial(fixture, newer);
  g_assert_true(credentials_tls_certificate(host) != held);
  g_assert_true(G_IS_TLS_CERTIFICATE(held)); /* who asked before may still show it */
  secret_free(key);
  secret_free(other_key);
}

static void
test_damaged_credentials_are_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Credentials) host = issue(fixture, INSTALLATION, IDENTITY_HOST, "kvm1");
  char *key = credentials_make_key();
  g_autofree char *path = g_build_filename(fixture->folder, "kvm1", "identity.key", NULL);
  g_assert_true(g_file_set_contents(path, key, -1, NULL));
  secret_free(key);
  g_autofree char *folder = g_build_filename(fixture->folder, "kvm1", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(Credentials) loaded = credentials_load(folder, &error);
  g_assert_null(loaded);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("/authority/private-files", test_files_are_private);
  ADD("/authority/reopen", test_reopening_keeps_the_authority);
  ADD("/authority/another-installation", test_another_installation_is_refused);
  ADD("/authority/half-made", test_half_made_authority_is_made_anew);
  ADD("/authority/leaf", test_leaf_names_its_machine);
  ADD("/authority/peers", test_peers_are_told_apart);
  ADD("/authority/revoked-peers", test_revoked_peers_are_refused);
  ADD("/authority/older-and-foreign-lists", test_older_and_foreign_lists_are_refused);
  ADD("/authority/renewal-cut-short", test_a_renewal_that_was_cut_short_is_whole);
  ADD("/authority/renewal-of-another", test_a_renewal_must_be_ours);
  ADD("/authority/key-elsewhere", test_the_key_may_be_elsewhere);
  ADD("/authority/no-certificate", test_no_certificate_is_untrusted);
  ADD("/authority/another-authority", test_another_authority_is_untrusted);
  ADD("/authority/leaf-is-no-authority", test_leaf_is_no_authority);
  ADD("/authority/wrong-requests", test_wrong_requests_are_refused);
  ADD("/authority/own", test_own_certificate_follows_the_addresses);
  ADD("/authority/damaged", test_damaged_credentials_are_refused);
  return g_test_run();
}
