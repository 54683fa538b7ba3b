/* SPDX-License-Identifier: Apache-2.0 */
#include "image_fixture.h"

#include "host/image/fingerprint.h"

#include <glib/gstdio.h>
#include <string.h>

void
image_fixture_set_up(ImageFixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("caraway-image-XXXXXX", NULL);
  g_assert_nonnull(fixture->folder);
}

static void
remove_all(const char *path)
{
  g_autoptr(GDir) folder = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
  for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
    g_autofree char *entry = g_build_filename(path, name, NULL);
    remove_all(entry);
  }
  g_remove(path);
}

void
image_fixture_tear_down(ImageFixture *fixture, gconstpointer data)
{
  remove_all(fixture->folder);
  g_free(fixture->folder);
}

char *
image_fixture_write(ImageFixture *fixture, const char *name, const char *text, gssize size)
{
  char *path = g_build_filename(fixture->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname(path);
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
  g_assert_true(g_file_set_contents(path, text, size, &error));
  g_assert_no_error(error);
  return path;
}

char *
image_fixture_write_qcow2(ImageFixture *fixture, const char *name, guint8 version, guint8 backing_offset,
                          guint8 features)
{
  guint8 header[512] = {'Q', 'F', 'I', 0xfb, 0, 0, 0, version};
  header[15] = backing_offset;
  header[28] = 1; /* 16 MiB: bytes 24 … 31, big endian */
  header[79] = features;
  return image_fixture_write(fixture, name, (const char *)header, sizeof header);
}

ImageInfo *
image_fixture_info(const char *name, const char *path)
{
  ImageInfo *info = g_new0(ImageInfo, 1);
  info->name = g_strdup(name);
  info->hash = fingerprint_of_file(path, NULL, NULL);
  g_assert_nonnull(info->hash);
  info->size_mib = 1;
  info->virtual_size_mib = 2048;
  info->os = g_strdup("Debian 12");
  info->account = g_strdup("desktop");
  info->created = g_strdup("2026-01-01T00:00:00Z");
  info->recipe_hash = g_strdup("0123456789abcdef0123456789abcdef");
  return info;
}
