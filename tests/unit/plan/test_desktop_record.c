/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/plan/boot_progress.h"
#include "host/plan/desktop_record.h"

#include <string.h>

static DesktopRecord *
sample(void)
{
  static HostDisk disks[] = {{1024}, {20480}};
  const HostCommand command = {.desktop = "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10",
                               .epoch = {2, 9},
                               .name = "'\"><&",
                               .pool = "office",
                               .image = "debian12-desktop",
                               .vcpus = 2,
                               .memory_mib = 1024,
                               .heads = 2,
                               .desktop_kind = HOST_KIND_DEDICATED,
                               .disks = disks,
                               .disk_count = 2,
                               .network = "bridge:br0"};
  return desktop_record_new("11111111-2222-4333-8444-555555555555", &command);
}

static void
test_round_trip(void)
{
  g_autoptr(DesktopRecord) record = sample();
  desktop_record_set_stage(record, DESKTOP_STAGE_FAILED, "no-disk-space", "The disk is full.");
  record->base = g_strdup("abcd");
  record->wish = DESKTOP_WISH_OFF_THEN_ON;
  record->is_quarantined = TRUE;
  g_autofree char *text = desktop_record_text(record);
  g_autoptr(GError) error = NULL;
  g_autoptr(DesktopRecord) again = desktop_record_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_autofree char *second = desktop_record_text(again);
  g_assert_cmpstr(text, ==, second);
  g_assert_cmpint(again->stage, ==, DESKTOP_STAGE_FAILED);
  g_assert_cmpstr(again->name, ==, "'\"><&");
  g_assert_null(again->account);
  g_assert_cmpint(again->kind, ==, HOST_KIND_DEDICATED);
  g_assert_cmpuint(again->disk_count, ==, 2);
  g_assert_cmpint(again->disks[1].size_mib, ==, 20480);
  g_assert_cmpstr(again->network, ==, "bridge:br0");
  g_assert_cmpstr(again->base, ==, "abcd");
  g_assert_cmpint(again->wish, ==, DESKTOP_WISH_OFF_THEN_ON);
  g_assert_true(again->is_quarantined);
}

/* A record of the version before: floating, as all were. */
static void
test_older_record(void)
{
  const char text[] =
      "{\"id\":\"4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10\","
      "\"installation\":\"11111111-2222-4333-8444-555555555555\",\"name\":\"n\",\"pool\":\"p\","
      "\"image\":\"i\",\"epoch\":\"1.1\",\"vcpus\":1,\"memory_mib\":64,\"heads\":1,"
      "\"stage\":\"running\"}";
  g_autoptr(GError) error = NULL;
  g_autoptr(DesktopRecord) record = desktop_record_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_cmpint(record->kind, ==, HOST_KIND_FLOATING);
  g_assert_false(desktop_record_is_kept(record));
  g_assert_cmpuint(record->disk_count, ==, 0);
}

/* A record that was cut, or made by hand, is an error and never half a desktop. */
static void
test_every_cut_is_refused(void)
{
  g_autoptr(DesktopRecord) record = sample();
  g_autofree char *text = desktop_record_text(record);
  for (gsize size = 0; size < strlen(text); size++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(desktop_record_parse(text, size, &error));
    g_assert_nonnull(error);
  }
}

static void
test_progress_only_grows(void)
{
  int last = 0;
  for (gint64 elapsed_ms = 0; elapsed_ms < 200000; elapsed_ms += 1000) {
    int percent = boot_progress_percent(DESKTOP_STEP_BOOTING, elapsed_ms, 90000);
    g_assert_cmpint(percent, >=, last);
    last = percent;
  }
  g_assert_cmpint(last, <, boot_progress_percent(DESKTOP_STEP_WAITING, 0, 0));
  g_assert_cmpint(boot_progress_percent(DESKTOP_STEP_READY, 0, 0), ==, 100);
  g_assert_cmpint(boot_progress_percent(DESKTOP_STEP_BOOTING, 5, 0), ==,
                  boot_progress_percent(DESKTOP_STEP_BOOTING, 0, 90000));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop-record/round-trip", test_round_trip);
  g_test_add_func("/desktop-record/older", test_older_record);
  g_test_add_func("/desktop-record/cut", test_every_cut_is_refused);
  g_test_add_func("/boot-progress/grows", test_progress_only_grows);
  return g_test_run();
}
