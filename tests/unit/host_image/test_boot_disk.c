/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/boot_disk.h"

#include <string.h>

static void
test_record(void)
{
  static const guint8 BOOT[16] = {0x80, 0xfe, 0xff, 0xff, 0x0e, 0xfe, 0xff, 0xff, 0, 8, 0, 0, 0, 0xf8, 1, 0};
  static const guint8 ROOT[16] = {0,    0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff,
                                  0x78, 0x56, 0x34, 0x12, 1,    2,    3,    4};
  guint8 code[600], record[BOOT_DISK_RECORD_BYTES];
  memset(code, 0x90, sizeof code);
  boot_disk_fill_record(record, code, sizeof code, 2048, 129024, 0x12345678, 0x04030201);
  g_assert_cmpmem(record + 446, 16, BOOT, 16);
  g_assert_cmpmem(record + 462, 16, ROOT, 16);
  g_assert_cmphex(record[439], ==, 0x90);
  g_assert_cmphex(record[510], ==, 0x55);
  g_assert_cmphex(record[511], ==, 0xaa);
  g_assert_cmphex(record[478], ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/boot_disk/record", test_record);
  return g_test_run();
}
