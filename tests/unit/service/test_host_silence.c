/* SPDX-License-Identifier: Apache-2.0 */
/* For how long a host has been silent, as a broker counts it that is not told everything (fault 10, I1). */
#include "broker/service/hosts/host_silence.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

static void
test_counts_until_it_is_heard(void)
{
  g_autoptr(HostSilence) silence = host_silence_new();
  g_assert_cmpint(host_silence_us(silence, "kvm1", 3, 10 * SECOND), ==, 0);
  g_assert_cmpint(host_silence_us(silence, "kvm1", 3, 30 * SECOND), ==, 20 * SECOND);
  g_assert_cmpint(host_silence_us(silence, "kvm2", 3, 30 * SECOND), ==, 0);
  host_silence_end(silence, "kvm1");
  g_assert_cmpint(host_silence_us(silence, "kvm1", 3, 31 * SECOND), ==, 0);
}

/* It came back and left again while this broker was stopped: nobody's desktop is given up too early. */
static void
test_counts_anew_after_a_link_that_nobody_told_of(void)
{
  g_autoptr(HostSilence) silence = host_silence_new();
  g_assert_cmpint(host_silence_us(silence, "kvm1", 3, 10 * SECOND), ==, 0);
  g_assert_cmpint(host_silence_us(silence, "kvm1", 4, 35 * SECOND), ==, 0);
  g_assert_cmpint(host_silence_us(silence, "kvm1", 3, 40 * SECOND), ==, 5 * SECOND); /* read before */
  g_assert_cmpint(host_silence_us(silence, "kvm1", 4, 45 * SECOND), ==, 10 * SECOND);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-silence/until-heard", test_counts_until_it_is_heard);
  g_test_add_func("/host-silence/new-link", test_counts_anew_after_a_link_that_nobody_told_of);
  return g_test_run();
}
