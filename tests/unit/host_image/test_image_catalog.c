/* SPDX-License-Identifier: Apache-2.0 */
/* Guards fault 28 on files: what is not the image that its manifest says is refused. */
#include "common/base/error.h"
#include "host/hypervisor/subprocess.h"
#include "host/image/fingerprint.h"
#include "host/image/image_catalog.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder, *verdicts, *image, *manifest;
} Fixture;

static void
run(const char *const *argv)
{
  SubprocessResult result;
  g_autoptr(GError) error = NULL;
  gboolean started = subprocess_run(argv, 30000, NULL, NULL, &result, &error);
  g_assert_no_error(error);
  g_assert_true(started);
  g_assert_cmpint(result.status, ==, 0);
  subprocess_result_clear(&result);
}

static void
write_manifest(Fixture *fixture)
{
  g_autofree char *hash = fingerprint_of_file(fixture->image, NULL, NULL);
  g_autofree char *text = g_strdup_printf("{\"name\":\"one\",\"hash\":\"%s\",\"size_mib\":1}", hash);
  g_assert_true(g_file_set_contents(fixture->manifest, text, -1, NULL));
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("catalog-XXXXXX", NULL);
  fixture->verdicts = g_build_filename(fixture->folder, "verdicts", NULL);
  fixture->image = g_build_filename(fixture->folder, "one.qcow2", NULL);
  fixture->manifest = g_build_filename(fixture->folder, "one.json", NULL);
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", fixture->image, "8M", NULL};
  run(argv);
  write_manifest(fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  const char *argv[] = {"rm", "-rf", fixture->folder, NULL};
  run(argv);
  g_free(fixture->folder);
  g_free(fixture->verdicts);
  g_free(fixture->image);
  g_free(fixture->manifest);
}

static void
assert_refused(Fixture *fixture, const char *name, int code)
{
  g_autoptr(ImageCatalog) catalog = image_catalog_new(fixture->folder, fixture->verdicts);
  g_autoptr(GError) error = NULL;
  g_assert_null(image_catalog_find(catalog, name, &error));
  g_assert_error(error, CARAWAY_ERROR, code);
}

static void
assert_found(Fixture *fixture)
{
  g_autoptr(ImageCatalog) catalog = image_catalog_new(fixture->folder, fixture->verdicts);
  g_autoptr(GError) error = NULL;
  g_autoptr(ImageEntry) entry = image_catalog_find(catalog, "one", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(entry->path, ==, fixture->image);
}

static void
test_whole_image(Fixture *fixture, gconstpointer data)
{
  assert_found(fixture);
  assert_found(fixture); /* now by the verdict that was kept */
}

static void
test_changed_image(Fixture *fixture, gconstpointer data)
{
  assert_found(fixture);
  g_autofree char *bytes = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(fixture->image, &bytes, &size, NULL));
  bytes[size - 1] ^= 1;
  g_assert_true(g_file_set_contents(fixture->image, bytes, (gssize)size, NULL));
  assert_refused(fixture, "one", CARAWAY_ERROR_IMAGE_BAD);
}

static void
test_backing_file(Fixture *fixture, gconstpointer data)
{
  g_autofree char *top = g_build_filename(fixture->folder, "top.qcow2", NULL);
  const char *argv[] = {"qemu-img", "create", "-q",           "-f", "qcow2", "-F",
                        "qcow2",    "-b",     fixture->image, top,  NULL};
  run(argv);
  g_assert_cmpint(g_rename(top, fixture->image), ==, 0);
  write_manifest(fixture);
  assert_refused(fixture, "one", CARAWAY_ERROR_IMAGE_BAD);
}

static void
test_raw_file(Fixture *fixture, gconstpointer data)
{
  g_assert_true(g_file_set_contents(fixture->image, "raw bytes", -1, NULL));
  write_manifest(fixture);
  assert_refused(fixture, "one", CARAWAY_ERROR_IMAGE_BAD);
}

static void
test_missing(Fixture *fixture, gconstpointer data)
{
  assert_refused(fixture, "two", CARAWAY_ERROR_IMAGE_MISSING);
  assert_refused(fixture, "../one", CARAWAY_ERROR_IMAGE_MISSING);
  g_assert_cmpint(g_unlink(fixture->image), ==, 0);
  assert_refused(fixture, "one", CARAWAY_ERROR_IMAGE_BAD);
}

static void
test_scan_tells_of_damage(Fixture *fixture, gconstpointer data)
{
  g_assert_true(g_file_set_contents(fixture->manifest, "{", -1, NULL));
  g_autoptr(ImageCatalog) catalog = image_catalog_new(fixture->folder, fixture->verdicts);
  g_autoptr(GPtrArray) entries = image_catalog_scan(catalog);
  g_assert_cmpuint(entries->len, ==, 1);
  g_assert_nonnull(((ImageEntry *)entries->pdata[0])->damage);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  static const struct {
    const char *path;
    void (*test)(Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/image-catalog/whole", test_whole_image},    {"/image-catalog/changed", test_changed_image},
      {"/image-catalog/backing", test_backing_file}, {"/image-catalog/raw", test_raw_file},
      {"/image-catalog/missing", test_missing},      {"/image-catalog/scan", test_scan_tells_of_damage},
  };
  for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run();
}
