/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/fingerprint.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>

#define CHUNK_BYTES (1024 * 1024)

/* OpenSSL uses the processor's SHA instructions; GChecksum takes four times as long on a disk image. */
struct Fingerprint {
  EVP_MD_CTX *context;
};

Fingerprint *
fingerprint_new(void)
{
  Fingerprint *print = g_new0(Fingerprint, 1);
  print->context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(print->context, EVP_sha256(), NULL);
  return print;
}

static void
add_counted(Fingerprint *print, const char *bytes, gsize size)
{
  const guint64 length = GUINT64_TO_LE((guint64)size);
  EVP_DigestUpdate(print->context, &length, sizeof length);
  EVP_DigestUpdate(print->context, bytes, size);
}

void
fingerprint_add_text(Fingerprint *print, const char *label, const char *value)
{
  add_counted(print, label, strlen(label));
  add_counted(print, value, strlen(value));
}

gboolean
fingerprint_add_file(Fingerprint *print, const char *label, const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  if (!g_file_get_contents(path, &bytes, &size, error))
    return FALSE;
  fingerprint_add_text(print, label, g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) ? "program" : "file");
  add_counted(print, bytes, size);
  return TRUE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_names(const char *path, GError **error)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, error);
  if (folder == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(folder)) != NULL;)
    g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  return names;
}

static gboolean
add_entry(Fingerprint *print, const char *path, const char *label, GError **error)
{
  if (g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
    g_autofree char *target = g_file_read_link(path, error);
    if (target != NULL)
      fingerprint_add_text(print, label, target);
    return target != NULL;
  }
  if (g_file_test(path, G_FILE_TEST_IS_DIR))
    return fingerprint_add_tree(print, path, error);
  return fingerprint_add_file(print, label, path, error);
}

gboolean
fingerprint_add_tree(Fingerprint *print, const char *path, GError **error)
{
  g_autoptr(GPtrArray) names = list_names(path, error);
  if (names == NULL)
    return FALSE;
  fingerprint_add_text(print, "folder", "begins");
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *entry = g_build_filename(path, names->pdata[i], NULL);
    fingerprint_add_text(print, "entry", names->pdata[i]);
    if (!add_entry(print, entry, names->pdata[i], error))
      return FALSE;
  }
  fingerprint_add_text(print, "folder", "ends");
  return TRUE;
}

char *
fingerprint_end(Fingerprint *print)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(print->context, digest, &size);
  GString *text = g_string_sized_new(2 * size);
  for (unsigned int i = 0; i < size; i++)
    g_string_append_printf(text, "%02x", digest[i]);
  return g_string_free(text, FALSE);
}

void
fingerprint_free(Fingerprint *print)
{
  if (print == NULL)
    return;
  EVP_MD_CTX_free(print->context);
  g_free(print);
}

char *
fingerprint_of_file(const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GFileInputStream) stream = g_file_read(file, cancellable, error);
  if (stream == NULL)
    return NULL;
  g_autoptr(Fingerprint) print = fingerprint_new();
  g_autofree char *chunk = g_malloc(CHUNK_BYTES);
  for (;;) {
    gssize got = g_input_stream_read(G_INPUT_STREAM(stream), chunk, CHUNK_BYTES, cancellable, error);
    if (got < 0)
      return NULL;
    if (got == 0)
      return fingerprint_end(print);
    EVP_DigestUpdate(print->context, chunk, got);
  }
}
