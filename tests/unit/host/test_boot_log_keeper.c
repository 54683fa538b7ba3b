/* SPDX-License-Identifier: Apache-2.0 */
/* A guest that writes to its serial port for ever does not fill the host's disk (INVARIANTS I6). */
#include "host/boot_log_keeper.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLOOD_BYTES (8 * 1024 * 1024)

typedef struct {
  HostSettings settings;
  char *folder, *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->settings.state_directory = g_dir_make_tmp("caraway-logs-XXXXXX", NULL);
  fixture->folder = host_settings_path(&fixture->settings, "logs");
  fixture->path = g_build_filename(fixture->folder, "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10.log", NULL);
  g_assert_cmpint(g_mkdir(fixture->folder, 0700), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_unlink(fixture->path);
  g_rmdir(fixture->folder);
  g_rmdir(fixture->settings.state_directory);
  g_free(fixture->settings.state_directory);
  g_free(fixture->folder);
  g_free(fixture->path);
}

static void
write_log(Fixture *fixture, gsize size)
{
  g_autofree char *text = g_malloc(size);
  for (gsize i = 0; i < size; i++)
    text[i] = (char)('a' + i % 23);
  g_assert_true(
      g_file_set_contents_full(fixture->path, text, (gssize)size, G_FILE_SET_CONTENTS_DURABLE, 0600, NULL));
}

static void
test_a_flood_is_cut_and_its_end_kept(Fixture *fixture, gconstpointer data)
{
  struct stat info;
  g_autofree char *text = NULL;
  gsize size = 0;
  write_log(fixture, FLOOD_BYTES);
  boot_log_keeper_trim(&fixture->settings);
  g_assert_cmpint(stat(fixture->path, &info), ==, 0);
  g_assert_cmpint(info.st_blocks * 512, <=, BOOT_LOG_MAX_BYTES);
  g_assert_true(g_file_get_contents(fixture->path, &text, &size, NULL));
  g_assert_cmpuint(size, ==, FLOOD_BYTES); /* where QEMU writes on */
  for (gsize i = size - BOOT_LOG_KEEP_BYTES; i < size; i++)
    g_assert_cmpint(text[i], ==, 'a' + i % 23);
}

static void
test_an_ordinary_log_stays(Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  write_log(fixture, BOOT_LOG_KEEP_BYTES + 100000);
  boot_log_keeper_trim(&fixture->settings);
  g_assert_true(g_file_get_contents(fixture->path, &text, &size, NULL));
  g_assert_cmpint(text[0], ==, 'a');
}

static void
test_a_link_is_not_followed(Fixture *fixture, gconstpointer data)
{
  struct stat info;
  g_autofree char *link = g_build_filename(fixture->folder, "link.log", NULL);
  g_autofree char *outside = g_build_filename(fixture->settings.state_directory, "overlay", NULL);
  write_log(fixture, FLOOD_BYTES);
  g_assert_cmpint(g_rename(fixture->path, outside), ==, 0);
  g_assert_cmpint(symlink(outside, link), ==, 0);
  boot_log_keeper_trim(&fixture->settings);
  g_assert_cmpint(stat(outside, &info), ==, 0);
  g_assert_cmpint(info.st_blocks * 512, >, BOOT_LOG_MAX_BYTES);
  g_unlink(link);
  g_unlink(outside);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/boot-log-keeper/flood", Fixture, NULL, set_up, test_a_flood_is_cut_and_its_end_kept,
             tear_down);
  g_test_add("/boot-log-keeper/ordinary", Fixture, NULL, set_up, test_an_ordinary_log_stays, tear_down);
  g_test_add("/boot-log-keeper/link", Fixture, NULL, set_up, test_a_link_is_not_followed, tear_down);
  return g_test_run();
}
