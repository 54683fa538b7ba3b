/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/wire/grant.h"
#include "common/wire/grant_key.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static char *SOME_CHANNELS[] = {(char *)"main", (char *)"display", (char *)"inputs", NULL};

static const Grant SAMPLE = {
    .id = (char *)"5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001",
    .session = (char *)"5ad8b1de-0be1-4a4c-8c39-7f3d49f0a002",
    .desktop = (char *)"5ad8b1de-0be1-4a4c-8c39-7f3d49f0a003",
    .epoch = {1, 7},
    .host = (char *)"kvm1",
    .address = (char *)"10.0.0.5",
    .port = 8444,
    .identity = (char *)"relay/kvm1",
    .user = (char *)"zoë \"quoted\"",
    .channels = SOME_CHANNELS,
    .issued_s = 1700000000,
    .expires_s = 1700000030,
    .viewer = (char *)"native",
};

typedef struct {
  GrantKey *key;
  GrantKeySet *keys;
  char *text;
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->key = grant_key_new("b1-1");
  fixture->keys = grant_key_set_new();
  grant_key_set_add(fixture->keys, fixture->key);
  fixture->text = grant_sign(&SAMPLE, fixture->key, &error);
  g_assert_no_error(error);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
  grant_key_free(fixture->key);
  grant_key_set_free(fixture->keys);
  secret_free(fixture->text);
}

static void
assert_refused(const char *text, gssize length, const GrantKeySet *keys)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Grant) grant = grant_verify(text, length, keys, &error);
  g_assert_null(grant);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID);
}

static void
test_round_trip(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Grant) grant = grant_verify(fixture->text, -1, fixture->keys, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(grant->id, ==, SAMPLE.id);
  g_assert_cmpstr(grant->session, ==, SAMPLE.session);
  g_assert_cmpstr(grant->desktop, ==, SAMPLE.desktop);
  g_assert_cmpint(epoch_compare(grant->epoch, SAMPLE.epoch), ==, 0);
  g_assert_cmpstr(grant->host, ==, SAMPLE.host);
  g_assert_cmpstr(grant->address, ==, SAMPLE.address);
  g_assert_cmpuint(grant->port, ==, SAMPLE.port);
  g_assert_cmpstr(grant->identity, ==, SAMPLE.identity);
  g_assert_cmpstr(grant->user, ==, SAMPLE.user);
  g_assert_cmpstrv(grant->channels, SAMPLE.channels);
  g_assert_cmpint(grant->issued_s, ==, SAMPLE.issued_s);
  g_assert_cmpint(grant->expires_s, ==, SAMPLE.expires_s);
  g_assert_cmpstr(grant->viewer, ==, SAMPLE.viewer);
}

static void
test_channels(Fixture *fixture, gconstpointer data)
{
  g_assert_true(grant_allows_channel(&SAMPLE, "display"));
  g_assert_false(grant_allows_channel(&SAMPLE, "usbredir"));
}

static void
test_expiry(Fixture *fixture, gconstpointer data)
{
  g_assert_false(grant_is_expired(&SAMPLE, SAMPLE.expires_s - 1));
  g_assert_true(grant_is_expired(&SAMPLE, SAMPLE.expires_s));
}

/* The last character of a base64url text may carry unused bits; secret_from_base64url() must not let two
 * texts stand for one signature, or a spent grant could be shown again under another text (I3). */
static void
test_every_changed_character_is_refused(Fixture *fixture, gconstpointer data)
{
  gsize length = strlen(fixture->text);
  for (gsize i = 0; i < length; i++) {
    g_autofree char *changed = g_strdup(fixture->text);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    assert_refused(changed, -1, fixture->keys);
  }
}

static void
test_every_truncation_is_refused(Fixture *fixture, gconstpointer data)
{
  for (gsize length = 0; length < strlen(fixture->text); length++)
    assert_refused(fixture->text, (gssize)length, fixture->keys);
}

static void
test_appended_bytes_are_refused(Fixture *fixture, gconstpointer data)
{
  static const char *const TAILS[] = {".", "=", "A", "AAAA", ".AAAA", " ", "\n"};
  for (gsize i = 0; i < G_N_ELEMENTS(TAILS); i++) {
    g_autofree char *changed = g_strconcat(fixture->text, TAILS[i], NULL);
    assert_refused(changed, -1, fixture->keys);
  }
  assert_refused(fixture->text, (gssize)strlen(fixture->text) + 1, fixture->keys); /* with its NUL */
}

static void
test_foreign_key_is_refused(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GrantKey) other = grant_key_new("b1-1"); /* same id, other key */
  g_autoptr(GrantKeySet) keys = grant_key_set_new();
  assert_refused(fixture->text, -1, keys);
  grant_key_set_add(keys, other);
  assert_refused(fixture->text, -1, keys);
}

static void
test_too_long_is_refused(Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill(GRANT_TEXT_MAX + 1, 'A');
  assert_refused(text, -1, fixture->keys);
}

/* A signature does not excuse a wrong shape: signer and verifier use the same check. */
static void
test_wrong_claims_are_not_signed(Fixture *fixture, gconstpointer data)
{
  static char *bad_channels[] = {(char *)"main", (char *)"everything", NULL};
  static char *no_channels[] = {NULL};
  Grant wrong[9];
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
    wrong[i] = SAMPLE;
  wrong[0].id = (char *)"not-a-uuid";
  wrong[1].session = NULL;
  wrong[2].host = (char *)"";
  wrong[3].port = 0;
  wrong[4].channels = bad_channels;
  wrong[5].channels = no_channels;
  wrong[6].viewer = (char *)"teapot";
  wrong[7].expires_s = SAMPLE.issued_s - 1;
  g_autofree char *long_name = g_strnfill(129, 'x');
  wrong[8].user = long_name;
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = grant_sign(&wrong[i], fixture->key, &error);
    g_assert_null(text);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

/* The text of the sample with @member put into its claims, signed as it should be. */
static char *
sign_with_member(const GrantKey *key, const char *text, const char *member)
{
  g_auto(GStrv) parts = g_strsplit(text, ".", -1);
  g_autoptr(GBytes) claims = secret_from_base64url(parts[2], -1);
  g_autofree char *changed = g_strdup_printf("{%s,%.*s", member, (int)g_bytes_get_size(claims) - 1,
                                             (const char *)g_bytes_get_data(claims, NULL) + 1);
  g_autofree char *payload = secret_to_base64url((const guint8 *)changed, strlen(changed));
  g_autofree char *signed_text = g_strjoin(".", parts[0], parts[1], payload, NULL);
  guint8 signature[crypto_sign_BYTES];
  grant_key_sign(key, signed_text, signature);
  g_autofree char *signature_text = secret_to_base64url(signature, sizeof signature);
  return g_strjoin(".", signed_text, signature_text, NULL);
}

/* A claim that this version does not know may narrow the grant: it is not overlooked. */
static void
test_unknown_claims_are_refused(Fixture *fixture, gconstpointer data)
{
  g_autofree char *unknown = sign_with_member(fixture->key, fixture->text, "\"not_before\":1800000000");
  g_autofree char *doubled = sign_with_member(fixture->key, fixture->text, "\"port\":8444");
  assert_refused(unknown, -1, fixture->keys);
  assert_refused(doubled, -1, fixture->keys);
}

static void
test_key_file(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("caraway-grant-XXXXXX", &error);
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(folder, "grant.key", NULL);
  gboolean saved = grant_key_save(fixture->key, path, &error);
  g_assert_no_error(error);
  g_assert_true(saved);
  struct stat status;
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_autoptr(GrantKey) loaded = grant_key_load(path, &error);
  g_assert_no_error(error);
  g_autofree char *a = grant_key_public(fixture->key);
  g_autofree char *b = grant_key_public(loaded);
  g_assert_cmpstr(a, ==, b);
  g_assert_cmpstr(grant_key_id(loaded), ==, "b1-1");
  g_assert_true(g_file_set_contents(path, "{\"id\":\"b1-1\",\"secret_key\":\"AAAA\"}", -1, NULL));
  g_autoptr(GrantKey) damaged = grant_key_load(path, &error);
  g_assert_null(damaged);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_unlink(path);
  g_rmdir(folder);
}

static void
test_key_set_json(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonArray) array = grant_key_set_to_json(fixture->keys);
  g_autoptr(GrantKeySet) keys = grant_key_set_from_json(array, &error);
  g_assert_no_error(error);
  g_autoptr(Grant) grant = grant_verify(fixture->text, -1, keys, &error);
  g_assert_no_error(error);
}

static void
test_wrong_key_sets_are_refused(Fixture *fixture, gconstpointer data)
{
  static const char *const WRONG[] = {
      "[1]",
      "[{}]",
      "[{\"id\":\"a\"}]",
      "[{\"id\":\"A\",\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]",
      "[{\"id\":\"a\",\"public_key\":\"AAAA\"}]",
      "[{\"id\":\"a\",\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},"
      "{\"id\":\"a\",\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(WRONG); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(WRONG[i], &error);
    g_assert_no_error(error);
    g_autoptr(GrantKeySet) keys = grant_key_set_from_json(json_node_get_array(node), &error);
    g_assert_null(keys);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("/grant/round-trip", test_round_trip);
  ADD("/grant/channels", test_channels);
  ADD("/grant/expiry", test_expiry);
  ADD("/grant/changed", test_every_changed_character_is_refused);
  ADD("/grant/truncated", test_every_truncation_is_refused);
  ADD("/grant/appended", test_appended_bytes_are_refused);
  ADD("/grant/foreign-key", test_foreign_key_is_refused);
  ADD("/grant/too-long", test_too_long_is_refused);
  ADD("/grant/wrong-claims", test_wrong_claims_are_not_signed);
  ADD("/grant/unknown-claims", test_unknown_claims_are_refused);
  ADD("/grant/key-file", test_key_file);
  ADD("/grant/key-set", test_key_set_json);
  ADD("/grant/key-set-wrong", test_wrong_key_sets_are_refused);
  return g_test_run();
}
