/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_host/fake_images.h"

#include "host/hypervisor/subprocess.h"
#include "host/image/fingerprint.h"

#include <glib/gstdio.h>

#define LIMIT_MS 30000

void
fake_images_make(const char *folder, const char *name)
{
  g_autofree char *image = g_strdup_printf("%s/%s.qcow2", folder, name);
  g_autofree char *manifest = g_strdup_printf("%s/%s.json", folder, name);
  if (g_file_test(manifest, G_FILE_TEST_EXISTS))
    return;
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", image, "16M", NULL};
  SubprocessResult result = {0};
  g_autoptr(GError) error = NULL;
  if (g_mkdir_with_parents(folder, 0755) != 0 ||
      !subprocess_run(argv, LIMIT_MS, NULL, NULL, &result, &error) || result.status != 0)
    g_error("no fake image: %s", error != NULL ? error->message : result.output);
  subprocess_result_clear(&result);
  g_autofree char *hash = fingerprint_of_file(image, NULL, &error);
  g_autofree char *text = g_strdup_printf("{\"name\":\"%s\",\"hash\":\"%s\",\"size_mib\":1,\"virtual_size_"
                                          "mib\":16,\"os\":\"none\",\"account\":\"user\","
                                          "\"created\":\"2026-01-01T00:00:00Z\",\"recipe_hash\":\"\"}\n",
                                          name, hash);
  if (hash == NULL || !g_file_set_contents(manifest, text, -1, &error))
    g_error("no fake image: %s", error->message);
}
