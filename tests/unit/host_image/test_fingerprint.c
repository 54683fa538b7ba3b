/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/fingerprint.h"
#include "image_fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
test_of_file(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *path = image_fixture_write(fixture, "abc", "abc", -1);
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = fingerprint_of_file(path, NULL, &error);
  g_assert_no_error(error);
  /* FIPS 180-2, appendix B.1 */
  g_assert_cmpstr(hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_of_file_can_be_cancelled(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *path = image_fixture_write(fixture, "abc", "abc", -1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_cancellable_cancel(cancellable);
  g_autoptr(GError) error = NULL;
  g_assert_null(fingerprint_of_file(path, cancellable, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_texts_do_not_run_together(ImageFixture *fixture, gconstpointer data)
{
  g_autoptr(Fingerprint) one = fingerprint_new(), other = fingerprint_new();
  fingerprint_add_text(one, "a", "bc");
  fingerprint_add_text(other, "ab", "c");
  g_autofree char *first = fingerprint_end(one), *second = fingerprint_end(other);
  g_assert_cmpstr(first, !=, second);
}

static char *
print_tree(ImageFixture *fixture)
{
  g_autoptr(Fingerprint) print = fingerprint_new();
  g_autoptr(GError) error = NULL;
  g_assert_true(fingerprint_add_tree(print, fixture->folder, &error));
  g_assert_no_error(error);
  return fingerprint_end(print);
}

static void
test_tree_sees_modes_and_links(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *path = image_fixture_write(fixture, "folder/file", "text", -1);
  g_autofree char *link = g_build_filename(fixture->folder, "link", NULL);
  g_assert_cmpint(symlink("one", link), ==, 0);
  g_autofree char *first = print_tree(fixture);
  g_assert_cmpint(g_chmod(path, 0755), ==, 0);
  g_autofree char *second = print_tree(fixture);
  g_assert_cmpstr(first, !=, second);
  g_assert_cmpint(g_unlink(link), ==, 0);
  g_assert_cmpint(symlink("two", link), ==, 0);
  g_autofree char *third = print_tree(fixture);
  g_assert_cmpstr(second, !=, third);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/fingerprint/of_file", test_of_file);
  ADD("/fingerprint/of_file_can_be_cancelled", test_of_file_can_be_cancelled);
  ADD("/fingerprint/texts_do_not_run_together", test_texts_do_not_run_together);
  ADD("/fingerprint/tree_sees_modes_and_links", test_tree_sees_modes_and_links);
  return g_test_run();
}
