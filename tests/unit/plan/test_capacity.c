/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/plan/capacity.h"

#include <string.h>

static const CapacityFacts roomy = {.host = "kvm1",
                                    .machine = {.memory_mib = 8192, .disk_free_mib = 10000},
                                    .promised_memory_mib = 2048,
                                    .reserved_memory_mib = 512,
                                    .reserved_disk_mib = 2048};

static void
test_fits(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(capacity_admits(&roomy, 4096, 0, &error));
  g_assert_no_error(error);
}

static void
test_memory_is_promised_once(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(capacity_free_memory_mib(&roomy), ==, 8192 - 2048 - 512);
  g_assert_false(capacity_admits(&roomy, 8192 - 2048 - 512, 0, &error)); /* QEMU itself needs some, too */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY);
  g_assert_nonnull(strstr(error->message, "kvm1"));
}

static void
test_more_promised_than_there_is(void)
{
  CapacityFacts facts = roomy;
  facts.promised_memory_mib = 100000;
  g_assert_cmpint(capacity_free_memory_mib(&facts), ==, 0);
}

static void
test_disk_is_kept_free(void)
{
  CapacityFacts facts = roomy;
  facts.machine.disk_free_mib = 2047;
  g_autoptr(GError) error = NULL;
  g_assert_false(capacity_admits(&facts, 64, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_assert_nonnull(strstr(error->message, "2047"));
}

static void
test_extra_disks_must_fit(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(capacity_admits(&roomy, 64, 10000 - 2048, &error));
  g_assert_false(capacity_admits(&roomy, 64, 10000 - 2047, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_assert_nonnull(strstr(error->message, "7953"));
}

/* The disks of one that is off are there: it may start on a disk that takes no more desktops. */
static void
test_start_needs_memory_alone(void)
{
  CapacityFacts facts = roomy;
  facts.machine.disk_free_mib = 1;
  g_autoptr(GError) error = NULL;
  g_assert_true(capacity_admits_start(&facts, 64, &error));
  g_assert_false(capacity_admits_start(&facts, 8192, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/capacity/fits", test_fits);
  g_test_add_func("/capacity/memory", test_memory_is_promised_once);
  g_test_add_func("/capacity/over-promised", test_more_promised_than_there_is);
  g_test_add_func("/capacity/disk", test_disk_is_kept_free);
  g_test_add_func("/capacity/extra-disks", test_extra_disks_must_fit);
  g_test_add_func("/capacity/start", test_start_needs_memory_alone);
  return g_test_run();
}
