/* SPDX-License-Identifier: Apache-2.0 */
/* Guards fault 28: an image that reaches beyond itself, lies about its size or its kind is refused. */
#include "common/base/error.h"
#include "host/plan/image_manifest.h"
#include "host/plan/qcow2_header.h"

#include <string.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
make_header(guint8 *header)
{
  memset(header, 0, QCOW2_HEADER_SIZE);
  memcpy(header, "QFI\xfb", 4);
  header[7] = 3;
  header[28] = 1; /* 16 MiB: bytes 24 … 31, big endian */
}

static void
assert_bad(const guint8 *header, gsize size, const char *word)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(qcow2_header_check(header, size, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
  if (strstr(error->message, word) == NULL)
    g_error("“%s” does not say “%s”", error->message, word);
}

static void
test_good_header(void)
{
  guint8 header[QCOW2_HEADER_SIZE];
  make_header(header);
  gint64 virtual_mib = 0;
  g_autoptr(GError) error = NULL;
  g_assert_true(qcow2_header_check(header, sizeof header, &virtual_mib, &error));
  g_assert_no_error(error);
  g_assert_cmpint(virtual_mib, ==, 16);
}

static void
test_bad_headers(void)
{
  static const struct {
    guint offset;
    guint8 value;
    const char *word;
  } cases[] = {
      {0, 'X', "not a qcow2"}, {7, 9, "version"},  {8, 1, "backing"},  {15, 1, "backing"},
      {35, 1, "encrypted"},    {24, 1, "16 TiB"},  {79, 2, "corrupt"}, {79, 4, "another file"},
      {79, 1, "in use"},       {72, 1, "corrupt"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    guint8 header[QCOW2_HEADER_SIZE];
    make_header(header);
    header[cases[i].offset] = cases[i].value;
    assert_bad(header, sizeof header, cases[i].word);
  }
}

static void
test_short_and_empty_headers(void)
{
  guint8 header[QCOW2_HEADER_SIZE];
  make_header(header);
  assert_bad(header, 0, "not a qcow2");
  assert_bad(header, 71, "not a qcow2");
  assert_bad(header, 79, "ends");
  header[28] = 0;
  assert_bad(header, sizeof header, "0 bytes");
}

static void
test_good_manifest(void)
{
  const char text[] = "{\"name\":\"a\",\"hash\":\"" HASH "\",\"size_mib\":3,\"os\":\"Debian 12\"}";
  g_autoptr(GError) error = NULL;
  g_autoptr(ImageManifest) manifest = image_manifest_parse("a", text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_cmpstr(manifest->hash, ==, HASH);
  g_assert_cmpint(manifest->size_mib, ==, 3);
}

static void
test_bad_manifests(void)
{
  static const char *const texts[] = {
      "",
      "{}",
      "[]",
      "{\"name\":\"b\",\"hash\":\"" HASH "\",\"size_mib\":3}",
      "{\"name\":\"a\",\"hash\":\"0123\",\"size_mib\":3}",
      "{\"name\":\"a\",\"hash\":\"Z123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"size_"
      "mib\":3}",
      "{\"name\":\"a\",\"hash\":\"" HASH "\",\"size_mib\":-1}",
      "{\"name\":\"a\",\"hash\":\"" HASH "\"}",
  };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(image_manifest_parse("a", texts[i], strlen(texts[i]), &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD);
  }
}

static void
test_image_names(void)
{
  g_assert_true(image_manifest_name_is_valid("debian12-desktop_2.1"));
  static const char *const bad[] = {"", ".", "..", ".hidden", "a/b", "../a", "a b", "a\n", "\xc3\xa4"};
  for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_false(image_manifest_name_is_valid(bad[i]));
  g_autofree char *long_name = g_strnfill(65, 'a');
  g_assert_false(image_manifest_name_is_valid(long_name));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/qcow2-header/good", test_good_header);
  g_test_add_func("/qcow2-header/bad", test_bad_headers);
  g_test_add_func("/qcow2-header/short", test_short_and_empty_headers);
  g_test_add_func("/image-manifest/good", test_good_manifest);
  g_test_add_func("/image-manifest/bad", test_bad_manifests);
  g_test_add_func("/image-manifest/names", test_image_names);
  return g_test_run();
}
