/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/image/build_cache.h"
#include "image_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

static void
test_finds_what_was_added(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *made = image_fixture_write_qcow2(fixture, "made.qcow2", 3, 0, 0);
  g_autoptr(ImageInfo) info = image_fixture_info("a", made);
  g_autoptr(GError) error = NULL;
  g_assert_null(build_cache_find_image(fixture->folder, info->recipe_hash));
  g_assert_true(build_cache_add_image(fixture->folder, info, made, &error));
  g_autoptr(ImageInfo) found = build_cache_find_image(fixture->folder, info->recipe_hash);
  g_assert_cmpstr(found->hash, ==, info->hash);
  /* The same first digits in the name of the file are not the same recipe. */
  g_assert_null(build_cache_find_image(fixture->folder, "0123456789abcdefXXXX"));
  build_cache_drop_image(fixture->folder, info->recipe_hash);
  g_assert_null(build_cache_find_image(fixture->folder, info->recipe_hash));
}

static void
test_keeps_the_newest_few(ImageFixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 6; i++) {
    g_autofree char *name = g_strdup_printf("base-%d.tar", i);
    g_autofree char *path = image_fixture_write(fixture, name, "x", -1);
    const struct utimbuf times = {1000 + i, 1000 + i};
    g_assert_cmpint(utime(path, &times), ==, 0);
  }
  g_autofree char *other = image_fixture_write(fixture, "notes.txt", "x", -1);
  build_cache_unlock(fixture->folder, dup(STDERR_FILENO));
  static const gboolean KEPT[] = {FALSE, FALSE, FALSE, TRUE, TRUE, TRUE};
  for (int i = 0; i < 6; i++) {
    g_autofree char *path = g_strdup_printf("%s/base-%d.tar", fixture->folder, i);
    g_assert_cmpint(g_file_test(path, G_FILE_TEST_EXISTS), ==, KEPT[i]);
  }
  g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static void
test_removes_what_killed_builds_left(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *stale = image_fixture_write(fixture, ".work-1/root/etc/x", "x", -1);
  g_autoptr(GError) error = NULL;
  g_autofree char *work = build_cache_new_work(fixture->folder, &error);
  g_assert_no_error(error);
  g_assert_true(g_file_test(work, G_FILE_TEST_IS_DIR));
  g_assert_false(g_file_test(stale, G_FILE_TEST_EXISTS));
}

static void
test_wants_space_before_it_begins(ImageFixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(build_cache_check_space(fixture->folder, 0, &error));
  g_assert_false(build_cache_check_space(fixture->folder, G_MAXINT32, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
  g_assert_nonnull(strstr(error->message, fixture->folder));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/build_cache/finds_what_was_added", test_finds_what_was_added);
  ADD("/build_cache/keeps_the_newest_few", test_keeps_the_newest_few);
  ADD("/build_cache/removes_what_killed_builds_left", test_removes_what_killed_builds_left);
  ADD("/build_cache/wants_space", test_wants_space_before_it_begins);
  return g_test_run();
}
