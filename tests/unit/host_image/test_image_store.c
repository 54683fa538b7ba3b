/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/image/image_store.h"
#include "image_fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
add_image(ImageFixture *fixture, const char *store, const char *name)
{
  g_autofree char *source = image_fixture_write_qcow2(fixture, "source.qcow2", 3, 0, 0);
  g_autoptr(ImageInfo) info = image_fixture_info(name, source);
  g_autoptr(GError) error = NULL;
  g_assert_true(image_store_add(store, info, source, NULL, &error));
  g_assert_no_error(error);
}

static void
test_adds_lists_and_deletes(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *store = g_build_filename(fixture->folder, "store", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) none = image_store_list(store, NULL, &error);
  g_assert_cmpuint(none->len, ==, 0);
  add_image(fixture, store, "b");
  add_image(fixture, store, "a");
  g_autoptr(GPtrArray) two = image_store_list(store, NULL, &error);
  g_assert_cmpuint(two->len, ==, 2);
  const ImageInfo *first = two->pdata[0];
  g_assert_cmpstr(first->name, ==, "a");
  g_assert_cmpint(first->virtual_size_mib, ==, 2048);
  g_assert_true(image_store_verify(store, "a", NULL, &error));
  g_assert_true(image_store_delete(store, "a", &error));
  g_assert_null(image_store_get(store, "a", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING);
}

static void
test_tells_missing_from_damaged(ImageFixture *fixture, gconstpointer data)
{
  static const struct {
    const char *name;
    int code;
  } ROWS[] = {{"never-built", CARAWAY_ERROR_IMAGE_MISSING},
              {"../store/good", CARAWAY_ERROR_IMAGE_MISSING},
              {"", CARAWAY_ERROR_IMAGE_MISSING},
              {"flipped", CARAWAY_ERROR_IMAGE_BAD},
              {"renamed", CARAWAY_ERROR_IMAGE_BAD},
              {"no-json", CARAWAY_ERROR_IMAGE_BAD}};
  g_autofree char *store = g_build_filename(fixture->folder, "store", NULL);
  add_image(fixture, store, "good");
  add_image(fixture, store, "flipped");
  g_free(image_fixture_write_qcow2(fixture, "store/flipped.qcow2", 3, 0, 1));
  g_autofree char *good_json = g_build_filename(store, "good.json", NULL);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(good_json, &text, NULL, NULL));
  g_free(image_fixture_write(fixture, "store/renamed.json", text, -1));
  g_free(image_fixture_write_qcow2(fixture, "store/renamed.qcow2", 3, 0, 0));
  g_free(image_fixture_write(fixture, "store/no-json.json", "{", -1));
  g_free(image_fixture_write_qcow2(fixture, "store/no-json.qcow2", 3, 0, 0));
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(image_store_verify(store, ROWS[i].name, NULL, &error));
    g_assert_error(error, CARAWAY_ERROR, ROWS[i].code);
  }
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) listed = image_store_list(store, problems, NULL);
  g_assert_cmpuint(listed->len, ==, 2);
  g_assert_cmpuint(problems->len, ==, 2);
}

static void
test_refuses_a_damaged_source(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *source = image_fixture_write_qcow2(fixture, "source.qcow2", 3, 0, 0);
  g_autoptr(ImageInfo) info = image_fixture_info("a", source);
  g_free(image_fixture_write_qcow2(fixture, "source.qcow2", 3, 0, 1));
  g_autoptr(GError) error = NULL;
  g_assert_false(image_store_add(fixture->folder, info, source, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
  g_autofree char *part = g_build_filename(fixture->folder, ".a.part", NULL);
  g_assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
}

/* Desktops read the image behind their overlays: replacing it under them would destroy them. */
static void
test_leaves_alone_what_is_in_use(ImageFixture *fixture, gconstpointer data)
{
  add_image(fixture, fixture->folder, "a");
  g_autofree char *path = image_store_path(fixture->folder, "a");
  const int fd = g_open(path, O_RDWR, 0);
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 201, .l_len = 1};
  g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(image_store_delete(fixture->folder, "a", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_autoptr(ImageInfo) info = image_fixture_info("a", path);
  g_assert_false(image_store_add(fixture->folder, info, path, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  close(fd);
  g_assert_true(image_store_delete(fixture->folder, "a", NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/image_store/adds_lists_and_deletes", test_adds_lists_and_deletes);
  ADD("/image_store/tells_missing_from_damaged", test_tells_missing_from_damaged);
  ADD("/image_store/refuses_a_damaged_source", test_refuses_a_damaged_source);
  ADD("/image_store/leaves_alone_what_is_in_use", test_leaves_alone_what_is_in_use);
  return g_test_run();
}
