/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/image/image_file.h"
#include "image_fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Invariants, fault 28: an image must not make QEMU open any other file. */
static void
test_headers(ImageFixture *fixture, gconstpointer data)
{
  static const struct {
    guint8 version, backing, features;
    const char *said;
  } ROWS[] = {
      {3, 0, 0, NULL},           {2, 0, 0, NULL}, {9, 0, 0, "version"}, {3, 104, 0, "backing file"},
      {3, 0, 4, "another file"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autofree char *path =
        image_fixture_write_qcow2(fixture, "a.qcow2", ROWS[i].version, ROWS[i].backing, ROWS[i].features);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(image_file_check_header(path, NULL, &error), ==, ROWS[i].said == NULL);
    if (ROWS[i].said != NULL) {
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
      g_assert_nonnull(strstr(error->message, ROWS[i].said));
    }
  }
}

static void
test_what_is_no_qcow2(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *raw = image_fixture_write(fixture, "raw", "MBR", -1);
  g_autofree char *missing = g_build_filename(fixture->folder, "missing", NULL);
  const char *const paths[] = {raw, missing, fixture->folder};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(image_file_check_header(paths[i], NULL, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
  }
}

static void
test_in_use_while_locked(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *path = image_fixture_write_qcow2(fixture, "a.qcow2", 3, 0, 0);
  g_assert_false(image_file_is_in_use(path));
  const int fd = g_open(path, O_RDWR, 0);
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 1};
  g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
  g_assert_true(image_file_is_in_use(path));
  close(fd);
  g_assert_false(image_file_is_in_use(path));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/image_file/headers", test_headers);
  ADD("/image_file/what_is_no_qcow2", test_what_is_no_qcow2);
  ADD("/image_file/in_use_while_locked", test_in_use_while_locked);
  return g_test_run();
}
