/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every file of a corpus folder once through a fuzzer's entry point, so that each corpus is an ordinary
 * test. */
#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
run_file(const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &bytes, &size, &error))
    g_error("%s", error->message);
  /* An exact-size copy lets ASan see a read one past the end. */
  g_autofree uint8_t *copy = g_memdup2(bytes, size);
  LLVMFuzzerTestOneInput(copy, size);
}

int
main(int argc, char **argv)
{
  if (argc != 2)
    g_error("usage: %s CORPUS-FOLDER", argv[0]);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) folder = g_dir_open(argv[1], 0, &error);
  if (folder == NULL)
    g_error("%s", error->message);
  guint count = 0;
  for (const char *name; (name = g_dir_read_name(folder)) != NULL; count++) {
    g_autofree char *path = g_build_filename(argv[1], name, NULL);
    run_file(path);
  }
  if (count == 0)
    g_error("the corpus %s is empty", argv[1]);
  g_print("%u inputs\n", count);
  return EXIT_SUCCESS;
}
