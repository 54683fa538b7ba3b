/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/secret.h"

#include <string.h>

static void
test_random_tokens_differ_and_round_trip(void)
{
  char *first = secret_random(32);
  char *second = secret_random(32);
  g_assert_cmpstr(first, !=, second);
  g_autoptr(GBytes) bytes = secret_from_base64url(first, -1);
  g_assert_nonnull(bytes);
  g_assert_cmpuint(g_bytes_get_size(bytes), ==, 32);
  g_autofree char *again = secret_to_base64url(g_bytes_get_data(bytes, NULL), 32);
  g_assert_cmpstr(again, ==, first);
  secret_free(first);
  secret_free(second);
}

static void
test_wrong_base64url_is_refused(void)
{
  const char *const wrong[] = {"a", "ab=", "ab==", "a+bc", "a/bc", "ab c", "abcd\n", "ab!d"};
  for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
    g_assert_null(secret_from_base64url(wrong[i], -1));
}

static void
test_equality(void)
{
  g_assert_true(secret_equal("same", "same"));
  g_assert_false(secret_equal("same", "sane"));
  g_assert_false(secret_equal("same", "same!"));
  g_assert_false(secret_equal(NULL, NULL));
}

static void
test_hash_is_sha256(void)
{
  g_autofree char *hash = secret_hash("abc"); /* FIPS 180-4, the first example */
  g_assert_cmpstr(hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/secret/random-tokens-differ-and-round-trip", test_random_tokens_differ_and_round_trip);
  g_test_add_func("/secret/wrong-base64url-is-refused", test_wrong_base64url_is_refused);
  g_test_add_func("/secret/equality", test_equality);
  g_test_add_func("/secret/hash-is-sha256", test_hash_is_sha256);
  return g_test_run();
}
