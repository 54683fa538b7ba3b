/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/device_proof.h"

#include "common/base/secret.h"

#include <string.h>

/* Of another implementation: tests/support/device.py made them from this seed. */
#define SEED         "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define PUBLIC_KEY   "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
#define SIGNATURE    "0hB7GPKvJDsoSLRE7NZx59xbZBiFjEKAD7qpS3jcZur3NJWiJWfCCYLYyZf004DseTnhA5CmI02FSO3pNxNeCg"
#define CODE         "S6FW-7CWC"
#define FINGERPRINT  "5647 5aa7 5463 474c 0285 df5d bf2b cab7"
#define INSTALLATION "6f9619ff-8b86-4011-b42d-00cf4fc964ff"

static const DeviceProof PROOF = {DEVICE_PROOF_SIGN_IN, INSTALLATION, "device-1", "nonce-1"};

static void
test_as_another_implementation(void)
{
  g_autoptr(DeviceKey) key = device_key_from_seed(SEED);
  g_autofree char *public_key = device_key_public(key);
  g_autofree char *seed = device_key_seed(key);
  g_autofree char *signature = device_key_sign(key, &PROOF);
  g_autofree char *code = device_proof_code(public_key, INSTALLATION);
  g_autofree char *fingerprint = device_proof_fingerprint(public_key);
  g_assert_cmpstr(public_key, ==, PUBLIC_KEY);
  g_assert_cmpstr(seed, ==, SEED);
  g_assert_cmpstr(signature, ==, SIGNATURE);
  g_assert_cmpstr(code, ==, CODE);
  g_assert_cmpstr(fingerprint, ==, FINGERPRINT);
  g_assert_true(device_proof_key_is_good(public_key));
  g_assert_true(device_proof_check(&PROOF, public_key, signature));
}

/* Whatever is signed is signed for one purpose, installation, subject and nonce. */
static void
test_bound(void)
{
  static const DeviceProof OTHERS[] = {
      {DEVICE_PROOF_ENROL, INSTALLATION, "device-1", "nonce-1"},
      {DEVICE_PROOF_SIGN_IN, "7f9619ff-8b86-4011-b42d-00cf4fc964ff", "device-1", "nonce-1"},
      {DEVICE_PROOF_SIGN_IN, INSTALLATION, "device-2", "nonce-1"},
      {DEVICE_PROOF_SIGN_IN, INSTALLATION, "device-1", "nonce-2"},
      {DEVICE_PROOF_SIGN_IN, INSTALLATION, "device-1n", "once-1"}, /* the same letters, cut elsewhere */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(OTHERS); i++)
    g_assert_false(device_proof_check(&OTHERS[i], PUBLIC_KEY, SIGNATURE));
  g_autoptr(DeviceKey) other = device_key_new();
  g_autofree char *public_key = device_key_public(other);
  g_autofree char *signature = device_key_sign(other, &PROOF);
  g_assert_false(device_proof_check(&PROOF, public_key, SIGNATURE));
  g_assert_false(device_proof_check(&PROOF, PUBLIC_KEY, signature));
}

static char *
bytes_text(guint8 first, guint8 middle, guint8 last)
{
  guint8 bytes[32];
  memset(bytes, middle, sizeof bytes);
  bytes[0] = first;
  bytes[31] = last;
  return secret_to_base64url(bytes, sizeof bytes);
}

static void
test_bad_keys(void)
{
  const struct {
    guint8 first, middle, last;
  } points[] = {
      {1, 0, 0},        /* the neutral point */
      {0, 0, 0},        /* order four */
      {0, 0, 0x80},     /* the same with the other sign */
      {0xec, 255, 127}, /* order two */
      {0xee, 255, 127}, /* the neutral point, not canonical */
      {0xff, 255, 255}, /* not canonical */
      {2, 0, 0},        /* on no curve */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(points); i++) {
    g_autofree char *key = bytes_text(points[i].first, points[i].middle, points[i].last);
    g_assert_false(device_proof_key_is_good(key));
    g_assert_false(device_proof_check(&PROOF, key, SIGNATURE));
  }
  static const char *const NONE[] = {"",
                                     "x",
                                     PUBLIC_KEY "A",
                                     "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMb",
                                     PUBLIC_KEY "=",
                                     "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbh"};
  for (gsize i = 0; i < G_N_ELEMENTS(NONE); i++)
    g_assert_false(device_proof_key_is_good(NONE[i])); /* the last is another spelling of the good one */
}

/* S plus the order of the group would verify, were it not looked at. */
static void
test_bent_signature(void)
{
  static const guint8 ORDER[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  g_autoptr(GBytes) good = secret_from_base64url(SIGNATURE, -1);
  guint8 bent[64];
  memcpy(bent, g_bytes_get_data(good, NULL), sizeof bent);
  guint carry = 0;
  for (guint i = 0; i < 32; i++) {
    carry += (guint)bent[32 + i] + ORDER[i];
    bent[32 + i] = (guint8)carry;
    carry >>= 8;
  }
  g_autofree char *text = secret_to_base64url(bent, sizeof bent);
  g_assert_false(device_proof_check(&PROOF, PUBLIC_KEY, text));
}

static void
test_typed_codes(void)
{
  static const char *const TYPED[] = {"S6FW-7CWC", "s6fw7cwc", " s6 fw-7c wc ", "S6FW 7CWC"};
  for (gsize i = 0; i < G_N_ELEMENTS(TYPED); i++) {
    g_autofree char *code = device_proof_code_from_typed(TYPED[i]);
    g_assert_cmpstr(code, ==, CODE);
  }
  g_autofree char *alike = device_proof_code_from_typed("OIL0-11lo");
  g_assert_cmpstr(alike, ==, "0110-1110");
  static const char *const NONE[] = {"", "S6FW-7CW", "S6FW-7CWCC", "S6FW_7CWC", "U6FW-7CWC", "ward3-01"};
  for (gsize i = 0; i < G_N_ELEMENTS(NONE); i++)
    g_assert_null(device_proof_code_from_typed(NONE[i]));
}

static void
test_code_is_of_the_installation(void)
{
  g_autofree char *elsewhere = device_proof_code(PUBLIC_KEY, "7f9619ff-8b86-4011-b42d-00cf4fc964ff");
  g_assert_cmpstr(elsewhere, !=, CODE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/device-proof/as-another-implementation", test_as_another_implementation);
  g_test_add_func("/device-proof/bound", test_bound);
  g_test_add_func("/device-proof/bad-keys", test_bad_keys);
  g_test_add_func("/device-proof/bent-signature", test_bent_signature);
  g_test_add_func("/device-proof/typed-codes", test_typed_codes);
  g_test_add_func("/device-proof/code-is-of-the-installation", test_code_is_of_the_installation);
  return g_test_run();
}
