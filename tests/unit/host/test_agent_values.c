/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/broker_time.h"
#include "host/hypervisor/kvm_verdict.h"
#include "host/hypervisor/libvirt_config.h"
#include "host/relay_message.h"
#include "host/result_memory.h"

#include <string.h>

#define DESKTOP "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"

static void
test_results_are_remembered(void)
{
  ResultMemory *memory = result_memory_new();
  HostResult result;
  g_assert_true(result_memory_begin(memory, 7));
  g_assert_false(result_memory_begin(memory, 7)); /* still at work */
  g_assert_false(result_memory_find(memory, 7, &result));
  g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE, "full");
  result_memory_end(memory, 7, error);
  g_assert_false(result_memory_begin(memory, 7));
  g_assert_true(result_memory_find(memory, 7, &result));
  g_assert_cmpstr(result.code, ==, "no-disk-space");
  result_memory_free(memory);
}

static void
test_results_are_bounded(void)
{
  ResultMemory *memory = result_memory_new();
  for (gint64 id = 0; id < 3000; id++) {
    g_assert_true(result_memory_begin(memory, id));
    result_memory_end(memory, id, NULL);
  }
  HostResult result;
  g_assert_false(result_memory_find(memory, 0, &result));
  g_assert_true(result_memory_find(memory, 2999, &result));
  result_memory_free(memory);
}

static void
test_broker_time_is_steady(void)
{
  FakeClock clock;
  fake_clock_init(&clock, 0);
  BrokerTime time;
  broker_time_init(&time, &clock.clock);
  g_assert_cmpint(broker_time_now_ms(&time), ==, 0);
  broker_time_set(&time, 5000);
  clock.wall_us += 3600LL * G_USEC_PER_SEC; /* a step of the wall clock changes nothing */
  g_assert_cmpint(broker_time_now_ms(&time), ==, 5000);
  fake_clock_advance(&clock, 2 * G_USEC_PER_SEC);
  g_assert_cmpint(broker_time_now_ms(&time), ==, 7000);
}

static void
test_kvm_needs_a_kernel_that_hands_over(void)
{
  static const struct {
    const char *output;
    gint64 elapsed_ms, silent_ms;
    KvmTrial trial;
  } cases[] = {
      {"", 100, 100, KVM_TRIAL_RUNNING},
      {"SeaBIOS\nBooting from Hard Disk...\n", 5000, 4000, KVM_TRIAL_RUNNING},
      {"SeaBIOS\nBooting from Hard Disk...\n", 25000, 21000, KVM_TRIAL_HANGS},
      {"[    0.0] Linux version 6.1\n", 61000, 100, KVM_TRIAL_HANGS},
      {"[    1.2] Run /init as init process\n", 3000, 0, KVM_TRIAL_WORKS},
      {"[    2.0] systemd[1]: Detected virtualization kvm.\n", 3000, 0, KVM_TRIAL_WORKS},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(kvm_verdict_judge(cases[i].output, cases[i].elapsed_ms, cases[i].silent_ms), ==,
                    cases[i].trial);
}

static void
test_root_of_the_embedded_driver(void)
{
  g_autofree char *root = libvirt_config_root("qemu:///embed?root=/var/lib/caraway/host/v");
  g_assert_cmpstr(root, ==, "/var/lib/caraway/host/v");
  g_assert_null(libvirt_config_root("qemu:///system"));
  g_autoptr(GError) error = NULL;
  g_assert_false(libvirt_config_prepare("relative", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_clear_error(&error);
  g_autofree char *tail = g_strnfill(80, 'a');
  g_autofree char *long_root = g_strconcat("/", tail, NULL);
  g_assert_false(libvirt_config_prepare(long_root, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

static void
assert_relay_refused(const char *text)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(relay_message_parse(text, strlen(text), &error));
  g_assert_nonnull(error);
}

static void
test_relay_messages(void)
{
  const char open[] = "{\"type\":\"open\",\"request\":3,\"desktop\":\"" DESKTOP "\",\"channel\":\"main\"}";
  g_autoptr(GError) error = NULL;
  g_autoptr(RelayMessage) message = relay_message_parse(open, strlen(open), &error);
  g_assert_no_error(error);
  g_assert_cmpint(message->open.request, ==, 3);
  assert_relay_refused("{\"type\":\"open\",\"request\":3,\"desktop\":\"../x\",\"channel\":\"main\"}");
  assert_relay_refused("{\"type\":\"dance\"}");
  assert_relay_refused("{\"type\":\"consoles\",\"sessions\":[{}]}");
  g_autoptr(GError) why = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE, "It is gone.");
  g_autofree char *opened = relay_message_opened(3, why);
  g_assert_cmpstr(
      opened, ==,
      "{\"type\":\"opened\",\"request\":3,\"ok\":false,\"code\":\"host-gone\",\"detail\":\"It is gone.\"}");
  g_autofree char *desktop = relay_message_desktop(DESKTOP, (Epoch){1, 7});
  g_assert_cmpstr(desktop, ==, "{\"type\":\"desktop\",\"id\":\"" DESKTOP "\",\"epoch\":\"1.7\"}");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/result-memory/again", test_results_are_remembered);
  g_test_add_func("/result-memory/bounded", test_results_are_bounded);
  g_test_add_func("/broker-time/steady", test_broker_time_is_steady);
  g_test_add_func("/kvm-verdict/kernel", test_kvm_needs_a_kernel_that_hands_over);
  g_test_add_func("/libvirt-config/root", test_root_of_the_embedded_driver);
  g_test_add_func("/relay-message/both-ways", test_relay_messages);
  return g_test_run();
}
