/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/device_nonce.h"

#include "common/base/secret.h"

#include <string.h>

#define NOW_US (1700000000 * (gint64)G_USEC_PER_SEC)

static void
test_life(void)
{
  g_autofree char *key = secret_random(32);
  g_autofree char *nonce = device_nonce_new(key, NOW_US);
  gint64 expires_us = 0;
  g_assert_cmpuint(strlen(nonce), <=, DEVICE_NONCE_MAX);
  g_assert_true(device_nonce_check(key, nonce, NOW_US, &expires_us));
  g_assert_cmpint(expires_us, ==, NOW_US + DEVICE_NONCE_LIFE_US);
  g_assert_true(device_nonce_check(key, nonce, expires_us - 1, &expires_us));
  g_assert_false(device_nonce_check(key, nonce, expires_us, &expires_us));
  g_assert_true(
      device_nonce_check(key, nonce, NOW_US - G_USEC_PER_SEC, &expires_us)); /* clocks differ a bit */
  g_assert_false(device_nonce_check(key, nonce, NOW_US - 60 * (gint64)G_USEC_PER_SEC, &expires_us));
}

static void
test_no_two_alike(void)
{
  g_autofree char *key = secret_random(32);
  g_autofree char *one = device_nonce_new(key, NOW_US);
  g_autofree char *other = device_nonce_new(key, NOW_US);
  g_assert_cmpstr(one, !=, other);
}

/* Any letter that is changed breaks the seal, or is another spelling of the same bytes. */
static void
test_sealed(void)
{
  g_autofree char *key = secret_random(32);
  g_autofree char *others = secret_random(32);
  g_autofree char *nonce = device_nonce_new(key, NOW_US);
  gint64 expires_us;
  g_assert_false(device_nonce_check(others, nonce, NOW_US, &expires_us));
  for (gsize i = 0; nonce[i] != '\0'; i++) {
    g_autofree char *bent = g_strdup(nonce);
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    g_assert_false(device_nonce_check(key, bent, NOW_US, &expires_us));
    bent[i] = nonce[i] == 'z' ? 'y' : (char)(nonce[i] + 1); /* its unused bits, at the end */
    g_assert_false(device_nonce_check(key, bent, NOW_US, &expires_us));
  }
  static const char *const NONE[] = {"", "x", "====", "AAAA"};
  for (gsize i = 0; i < G_N_ELEMENTS(NONE); i++)
    g_assert_false(device_nonce_check(key, NONE[i], NOW_US, &expires_us));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/device-nonce/life", test_life);
  g_test_add_func("/device-nonce/no-two-alike", test_no_two_alike);
  g_test_add_func("/device-nonce/sealed", test_sealed);
  return g_test_run();
}
