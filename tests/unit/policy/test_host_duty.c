/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/host_duty.h"

#include <string.h>

/* duty x event, of an empty host */
static void
test_every_cell(void)
{
  static const struct {
    HostDuty duty;
    HostDuty after[HOST_DUTY_EVENTS]; /* drain, maintenance, activate, emptied */
  } cases[] = {
      {HOST_ACTIVE, {HOST_DRAINING, HOST_MAINTENANCE, HOST_ACTIVE, HOST_ACTIVE}},
      {HOST_DRAINING, {HOST_DRAINING, HOST_MAINTENANCE, HOST_ACTIVE, HOST_MAINTENANCE}},
      {HOST_MAINTENANCE, {HOST_MAINTENANCE, HOST_MAINTENANCE, HOST_ACTIVE, HOST_MAINTENANCE}},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    for (int event = 0; event < HOST_DUTY_EVENTS; event++) {
      g_autoptr(GError) error = NULL;
      HostDuty duty;
      g_assert_true(host_duty_step(cases[i].duty, (HostDutyEvent)event, "kvm1", 0, &duty, &error));
      g_assert_cmpint(duty, ==, cases[i].after[event]);
    }
}

static void
test_maintenance_of_a_busy_host(void)
{
  static const struct {
    HostDuty duty;
    guint running;
    const char *sentence; /* NULL: it is done */
  } cases[] = {
      {HOST_ACTIVE, 1, "1 desktop still runs on kvm1"},
      {HOST_DRAINING, 3, "3 desktops still run on kvm1"},
      {HOST_MAINTENANCE, 1, NULL}, /* an adopted machine may be started by its owner */
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    HostDuty duty;
    gboolean done =
        host_duty_step(cases[i].duty, HOST_DUTY_EVENT_MAINTAIN, "kvm1", cases[i].running, &duty, &error);
    g_assert_cmpint(done, ==, cases[i].sentence == NULL);
    if (!done) {
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
      g_assert_true(g_str_has_prefix(error->message, cases[i].sentence));
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-duty/every-cell", test_every_cell);
  g_test_add_func("/host-duty/busy", test_maintenance_of_a_busy_host);
  return g_test_run();
}
