/* SPDX-License-Identifier: Apache-2.0 */
/* Where a host's relay is said to be: an address of the machine itself must not go to a broker elsewhere. */
#include "common/base/error.h"
#include "host/enrolment.h"

typedef struct {
  const char *relay_address, *broker;
  gboolean is_right;
} Row;

static const Row rows[] = {
    {"127.0.0.1", "https://broker.example:8443", FALSE},
    {"127.0.0.1", "https://10.0.0.2:8443", FALSE},
    {"127.9.9.9", "https://10.0.0.2:8443", FALSE},
    {"::1", "https://[2001:db8::2]:8443", FALSE},
    {"0.0.0.0", "https://10.0.0.2:8443", FALSE},
    {"::", "https://10.0.0.2:8443", FALSE},
    {"localhost", "https://broker.example:8443", FALSE},
    {"LocalHost", "https://broker.example:8443", FALSE},
    {"kvm1.localhost", "https://broker.example:8443", FALSE},
    {"127.0.0.1", "https://localhost.example:8443", FALSE},
    {"127.0.0.1", "https://127.0.0.1:8443", TRUE},
    {"127.0.0.1", "https://localhost:8443", TRUE},
    {"127.0.0.1", "https://[::1]:8443", TRUE},
    {"localhost", "https://127.0.0.1", TRUE},
    {"10.0.0.5", "https://10.0.0.2:8443", TRUE},
    {"10.0.0.5", "https://127.0.0.1:8443", TRUE},
    {"2001:db8::5", "https://broker.example:8443", TRUE},
    {"kvm1.example", "https://broker.example:8443", TRUE},
    {"localhost.example", "https://broker.example:8443", TRUE},
};

static void
test_the_relay_is_where_others_reach_it(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const HostSettings settings = {.relay_address = (char *)rows[i].relay_address};
    g_autoptr(GError) error = NULL;
    g_test_message("%s for %s", rows[i].relay_address, rows[i].broker);
    gboolean is_right = host_settings_check_relay(&settings, rows[i].broker, &error);
    g_assert_cmpint(is_right, ==, rows[i].is_right);
    if (is_right)
      g_assert_no_error(error);
    else
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  }
}

/* Joins where no folder can be made, so that this is what is wrong once the addresses are right. */
static void
assert_join_fails(const char *broker, const char *relay_address, const char *sentence)
{
  const HostSettings settings = {.name = (char *)"kvm1",
                                 .broker_url = (char *)broker,
                                 .state_directory = (char *)"/dev/null/host",
                                 .relay_state_directory = (char *)"/dev/null/relay",
                                 .relay_address = (char *)relay_address,
                                 .relay_port = 8444};
  g_autoptr(GError) error = NULL;
  g_assert_false(enrolment_run(&settings, "cwj1.host.nonsense", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_test_message("%s", error->message);
  g_assert_true(g_str_has_prefix(error->message, sentence));
}

static void
test_joining_asks_for_the_relays_address(void)
{
  const char *refused = "host.relay-address is “127.0.0.1”";
  assert_join_fails("https://broker.example:8443", "127.0.0.1", refused);
  assert_join_fails("https://broker.example:8443, https://localhost:8443", "127.0.0.1", refused);
}

static void
test_joining_goes_on_where_the_address_is_right(void)
{
  const char *goes_on = "Cannot make the folder";
  assert_join_fails("https://127.0.0.1:8443", "127.0.0.1", goes_on);
  assert_join_fails("https://broker.example:8443", "10.0.0.5", goes_on);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/settings/relay", test_the_relay_is_where_others_reach_it);
  g_test_add_func("/settings/join", test_joining_asks_for_the_relays_address);
  g_test_add_func("/settings/join-goes-on", test_joining_goes_on_where_the_address_is_right);
  return g_test_run();
}
