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
  g_assert_true(capacity_admits(&roomy, 4096, &error));
  g_assert_no_error(error);
}

static void
test_memory_is_promised_once(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(capacity_free_memory_mib(&roomy), ==, 8192 - 2048 - 512);
  g_assert_false(capacity_admits(&roomy, 8192 - 2048 - 512, &error)); /* QEMU itself needs some, too */
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
  g_assert_false(capacity_admits(&facts, 64, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_assert_nonnull(strstr(error->message, "2047"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/capacity/fits", test_fits);
  g_test_add_func("/capacity/memory", test_memory_is_promised_once);
  g_test_add_func("/capacity/over-promised", test_more_promised_than_there_is);
  g_test_add_func("/capacity/disk", test_disk_is_kept_free);
  return g_test_run();
}
