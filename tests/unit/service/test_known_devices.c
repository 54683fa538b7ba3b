/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_devices.h"

#define SESSION "one"

static void
assert_one(KnownDevices *devices, const char *before, const char *device)
{
  g_autoptr(GPtrArray) list = known_devices_to_write(devices);
  g_assert_cmpuint(list->len, ==, 1);
  const KnownDevice *one = g_ptr_array_index(list, 0);
  g_assert_cmpstr(one->session_id, ==, SESSION);
  g_assert_cmpstr(one->before, ==, before);
  g_assert_cmpstr(one->device, ==, device);
}

static void
assert_none(KnownDevices *devices)
{
  g_autoptr(GPtrArray) list = known_devices_to_write(devices);
  g_assert_cmpuint(list->len, ==, 0);
  g_assert_null(known_devices_find(devices, SESSION));
}

static void
test_last_one_counts(void)
{
  KnownDevices *devices = known_devices_new();
  known_devices_let_in(devices, SESSION, "a", "a"); /* is in already */
  assert_none(devices);
  known_devices_let_in(devices, SESSION, "a", "b");
  known_devices_let_in(devices, SESSION, "a", "c");
  g_assert_cmpstr(known_devices_find(devices, SESSION), ==, "c");
  assert_one(devices, "a", "c");
  g_autoptr(GPtrArray) written = known_devices_to_write(devices);
  known_devices_written(devices, written);
  assert_none(devices);
  known_devices_free(devices);
}

static void
test_let_in_while_it_is_written(void)
{
  KnownDevices *devices = known_devices_new();
  known_devices_let_in(devices, SESSION, "a", "b");
  g_autoptr(GPtrArray) written = known_devices_to_write(devices);
  known_devices_let_in(devices, SESSION, "a", "c");
  known_devices_compare(devices, SESSION, "b"); /* the notice of that write came first */
  known_devices_written(devices, written);
  assert_one(devices, "b", "c");
  known_devices_compare(devices, SESSION, "b");
  g_assert_cmpstr(known_devices_find(devices, SESSION), ==, "c");
  known_devices_free(devices);
}

static void
test_what_somebody_else_wrote_holds(void)
{
  KnownDevices *devices = known_devices_new();
  known_devices_let_in(devices, SESSION, "a", "b");
  known_devices_compare(devices, SESSION, "a");
  g_assert_cmpstr(known_devices_find(devices, SESSION), ==, "b");
  known_devices_compare(devices, SESSION, "z");
  assert_none(devices);
  known_devices_free(devices);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/known-devices/last", test_last_one_counts);
  g_test_add_func("/known-devices/meanwhile", test_let_in_while_it_is_written);
  g_test_add_func("/known-devices/somebody-else", test_what_somebody_else_wrote_holds);
  return g_test_run();
}
