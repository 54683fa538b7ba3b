/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_crowd.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static guint64
key_of(const char *text)
{
  struct sockaddr_storage address = {0};
  struct sockaddr_in *in = (struct sockaddr_in *)&address;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
  if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else {
    g_assert_cmpint(inet_pton(AF_INET6, text, &in6->sin6_addr), ==, 1);
    address.ss_family = AF_INET6;
  }
  return relay_crowd_key(&address);
}

static void
test_an_address_is_limited(void)
{
  g_autoptr(RelayCrowd) crowd = relay_crowd_new(2);
  g_assert_true(relay_crowd_enter(crowd, 7));
  g_assert_true(relay_crowd_enter(crowd, 7));
  g_assert_false(relay_crowd_enter(crowd, 7));
}

static void
test_others_are_not_touched(void)
{
  g_autoptr(RelayCrowd) crowd = relay_crowd_new(1);
  g_assert_true(relay_crowd_enter(crowd, 7));
  g_assert_true(relay_crowd_enter(crowd, 8));
}

static void
test_who_leaves_makes_room(void)
{
  g_autoptr(RelayCrowd) crowd = relay_crowd_new(1);
  g_assert_true(relay_crowd_enter(crowd, 7));
  g_assert_false(relay_crowd_enter(crowd, 7));
  relay_crowd_leave(crowd, 7);
  g_assert_true(relay_crowd_enter(crowd, 7));
}

static void
test_keys(void)
{
  static const struct {
    const char *one, *other;
    gboolean are_same;
  } cases[] = {
      {"192.0.2.1", "192.0.2.1", TRUE},
      {"192.0.2.1", "192.0.2.2", FALSE},
      {"192.0.2.1", "::ffff:192.0.2.1", TRUE},
      {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", TRUE},
      {"2001:db8:1:2::1", "2001:db8:1:3::1", FALSE},
      {"::1", "127.0.0.1", FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpuint(key_of(cases[i].one), !=, 0);
    if ((key_of(cases[i].one) == key_of(cases[i].other)) != cases[i].are_same)
      g_error("%s and %s", cases[i].one, cases[i].other);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/relay/crowd/limited", test_an_address_is_limited);
  g_test_add_func("/relay/crowd/others", test_others_are_not_touched);
  g_test_add_func("/relay/crowd/leave", test_who_leaves_makes_room);
  g_test_add_func("/relay/crowd/keys", test_keys);
  return g_test_run();
}
