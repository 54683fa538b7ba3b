/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/boot_disk.h"

#include "common/base/error.h"
#include "host/image/system_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SECTOR_BYTES    512
#define SECTORS_PER_MIB 2048
#define BOOT_START      SECTORS_PER_MIB /* partitions start at whole MiB */
#define BOOT_SECTORS    (63 * SECTORS_PER_MIB)
/* The same for command lines. */
#define BOOT_START_TEXT   "2048"
#define BOOT_SECTORS_TEXT "129024"
#define ROOT_START        (BOOT_START + BOOT_SECTORS)
#define RECORD_CODE_PATH  "/usr/lib/syslinux/mbr/mbr.bin"
#define CODE_BYTES        440
#define TABLE_OFFSET      446
#define TYPE_FAT16_LBA    0x0e
#define TYPE_LINUX        0x83

static void
put_le32(guint8 *bytes, guint32 value)
{
  for (int i = 0; i < 4; i++)
    bytes[i] = value >> (8 * i);
}

/* Addresses in cylinders, heads and sectors are all ones: "beyond what they can say, use the others". */
static void
put_partition(guint8 *entry, gboolean is_active, guint8 type, guint32 start, guint32 sectors)
{
  static const guint8 BEYOND[] = {0xfe, 0xff, 0xff};
  entry[0] = is_active ? 0x80 : 0;
  memcpy(entry + 1, BEYOND, sizeof BEYOND);
  entry[4] = type;
  memcpy(entry + 5, BEYOND, sizeof BEYOND);
  put_le32(entry + 8, start);
  put_le32(entry + 12, sectors);
}

void
boot_disk_fill_record(guint8 record[BOOT_DISK_RECORD_BYTES], const guint8 *code, gsize code_bytes,
                      guint32 boot_start, guint32 boot_sectors, guint32 root_start, guint32 root_sectors)
{
  memset(record, 0, BOOT_DISK_RECORD_BYTES);
  memcpy(record, code, MIN(code_bytes, CODE_BYTES));
  memcpy(record + CODE_BYTES, "CRWY", 4);
  put_partition(record + TABLE_OFFSET, TRUE, TYPE_FAT16_LBA, boot_start, boot_sectors);
  put_partition(record + TABLE_OFFSET + 16, FALSE, TYPE_LINUX, root_start, root_sectors);
  record[510] = 0x55;
  record[511] = 0xaa;
}

static gboolean
write_record(const char *disk, gint64 size_mib, GError **error)
{
  g_autofree char *code = NULL;
  gsize code_bytes = 0;
  if (!g_file_get_contents(RECORD_CODE_PATH, &code, &code_bytes, NULL)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "%s is not there; install the Debian package syslinux-common.", RECORD_CODE_PATH);
    return FALSE;
  }
  guint8 record[BOOT_DISK_RECORD_BYTES];
  boot_disk_fill_record(record, (const guint8 *)code, code_bytes, BOOT_START, BOOT_SECTORS, ROOT_START,
                        size_mib * SECTORS_PER_MIB - ROOT_START);
  const int fd = g_open(disk, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const gboolean is_done = fd >= 0 && ftruncate(fd, size_mib << 20) == 0 &&
                           pwrite(fd, record, sizeof record, 0) == (gssize)sizeof record;
  if (!is_done)
    g_set_error(error, CARAWAY_ERROR, errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
                "%s cannot be written: %s.", disk, g_strerror(errno));
  if (fd >= 0)
    close(fd);
  return is_done;
}

/* The newest of the files PREFIX-VERSION in the tree's /boot. */
static char *
find_boot_file(const char *root, const char *prefix, GError **error)
{
  g_autofree char *boot = g_build_filename(root, "boot", NULL);
  g_autoptr(GDir) folder = g_dir_open(boot, 0, NULL);
  g_autofree char *newest = NULL;
  for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;)
    if (g_str_has_prefix(name, prefix) && (newest == NULL || strverscmp(name, newest) > 0)) {
      g_free(newest);
      newest = g_strdup(name);
    }
  if (newest != NULL)
    return g_build_filename(boot, newest, NULL);
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "The system has no /boot/%s…; add linux-image-amd64 and initramfs-tools to the recipe's [packages].",
      prefix);
  return NULL;
}

static char *
write_loader_settings(const BuildStep *step, GError **error)
{
  g_autofree char *path = build_step_path(step, "syslinux.cfg");
  g_autofree char *text = g_strdup_printf(
      "DEFAULT caraway\nPROMPT 0\nTIMEOUT 0\nLABEL caraway\n  LINUX /vmlinuz\n  INITRD /initrd.img\n"
      "  APPEND root=LABEL=" SYSTEM_TREE_LABEL " rw %s\n",
      step->recipe->boot_arguments != NULL ? step->recipe->boot_arguments : "");
  return g_file_set_contents(path, text, -1, error) ? g_steal_pointer(&path) : NULL;
}

static gboolean
copy_to_boot(const BuildStep *step, const char *partition, const char *source, const char *name,
             GError **error)
{
  return build_step_run(step, "mtools", BUILD_WORDS("mcopy", "-i", partition, source, name), error);
}

static gboolean
make_boot_partition(const BuildStep *step, const char *root, const char *disk, GError **error)
{
  g_autofree char *kernel = find_boot_file(root, "vmlinuz-", error);
  g_autofree char *ram_disk = kernel != NULL ? find_boot_file(root, "initrd.img-", error) : NULL;
  g_autofree char *settings = ram_disk != NULL ? write_loader_settings(step, error) : NULL;
  if (settings == NULL)
    return FALSE;
  const guint64 offset = (guint64)BOOT_START * SECTOR_BYTES;
  g_autofree char *partition = g_strdup_printf("%s@@%" G_GUINT64_FORMAT, disk, offset);
  g_autofree char *offset_text = g_strdup_printf("%" G_GUINT64_FORMAT, offset);
  return build_step_run(step, "mtools",
                        BUILD_WORDS("mformat", "-i", partition, "-v", "CARAWAYBOOT", "-T", BOOT_SECTORS_TEXT,
                                    "-h", "64", "-s", "32", "-H", BOOT_START_TEXT, "::"),
                        error) &&
         copy_to_boot(step, partition, kernel, "::vmlinuz", error) &&
         copy_to_boot(step, partition, ram_disk, "::initrd.img", error) &&
         copy_to_boot(step, partition, settings, "::syslinux.cfg", error) &&
         build_step_run(step, "syslinux", BUILD_WORDS("syslinux", "--install", "--offset", offset_text, disk),
                        error);
}

static gboolean
make_root_partition(const BuildStep *step, const char *root, const char *disk, GError **error)
{
  g_autofree char *extended =
      g_strdup_printf("offset=%" G_GUINT64_FORMAT ",lazy_itable_init=1,lazy_journal_init=1",
                      (guint64)ROOT_START * SECTOR_BYTES);
  const guint64 sectors = (guint64)step->recipe->size_mib * SECTORS_PER_MIB - ROOT_START;
  g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT "k", sectors / 2);
  return build_step_run_as_owner(step, "e2fsprogs",
                                 BUILD_WORDS("/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-L",
                                             SYSTEM_TREE_LABEL, "-m", "1", "-J", "size=32", "-O",
                                             "^metadata_csum", "-d", root, "-E", extended, disk, size),
                                 NULL, error);
}

gboolean
boot_disk_make(const BuildStep *step, const char *root, const char *target, GError **error)
{
  g_autofree char *disk = build_step_path(step, "disk.raw");
  progress_step(step->progress, 78, "making the disk");
  if (!write_record(disk, step->recipe->size_mib, error) || !make_boot_partition(step, root, disk, error) ||
      !make_root_partition(step, root, disk, error))
    return FALSE;
  progress_step(step->progress, 90, "converting the disk to qcow2");
  return build_step_run(step, "qemu-utils",
                        BUILD_WORDS("qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", "-o",
                                    "lazy_refcounts=on", disk, target),
                        error);
}
