/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/identity.h"

#define INSTALLATION "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001"

static void
test_round_trip(void)
{
  g_autoptr(Identity) identity = identity_parse("caraway://" INSTALLATION "/relay/kvm1");
  g_assert_nonnull(identity);
  g_assert_cmpstr(identity->installation, ==, INSTALLATION);
  g_assert_cmpint(identity->role, ==, IDENTITY_RELAY);
  g_assert_cmpstr(identity->name, ==, "kvm1");
  g_autofree char *uri = identity_uri(identity);
  g_assert_cmpstr(uri, ==, "caraway://" INSTALLATION "/relay/kvm1");
  g_assert_true(identity_is(identity, "relay/kvm1"));
  g_assert_false(identity_is(identity, "relay/kvm11"));
  g_assert_false(identity_is(identity, NULL));
}

static void
test_wrong_uris(void)
{
  static const char *const WRONG[] = {
      NULL,
      "",
      "caraway://",
      "https://" INSTALLATION "/relay/kvm1",
      "caraway://not-a-uuid/relay/kvm1",
      "caraway://" INSTALLATION "/relay",
      "caraway://" INSTALLATION "/relay/",
      "caraway://" INSTALLATION "/relay/kvm1/",
      "caraway://" INSTALLATION "/relay/kvm1/x",
      "caraway://" INSTALLATION "/root/kvm1",
      "caraway://" INSTALLATION "/relay/../kvm1",
      "caraway://" INSTALLATION "/relay/KVM1",
      "caraway://" INSTALLATION "/relay/kvm1\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(WRONG); i++)
    g_assert_null(identity_parse(WRONG[i]));
}

static void
test_names(void)
{
  static const char *const GOOD[] = {"a", "kvm1", "kvm-1.example.org",
                                     "a23456789012345678901234567890123456789012345678901234567890123"};
  static const char *const BAD[] = {
      NULL,    "",    "-a", "a-",     ".",
      "a..b/", "a b", "ä",  "a/../b", "a234567890123456789012345678901234567890123456789012345678901234"};
  for (gsize i = 0; i < G_N_ELEMENTS(GOOD); i++)
    g_assert_true(identity_name_is_valid(GOOD[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(BAD); i++)
    g_assert_false(identity_name_is_valid(BAD[i]));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/identity/round-trip", test_round_trip);
  g_test_add_func("/identity/wrong", test_wrong_uris);
  g_test_add_func("/identity/names", test_names);
  return g_test_run();
}
