/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/image_manifest.h"

#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define MAX_MANIFEST_SIZE (64 * 1024)
#define MAX_NAME          64

gboolean
image_manifest_name_is_valid(const char *name)
{
  if (name[0] == '\0' || name[0] == '.' || strlen(name) > MAX_NAME)
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum(*name) && *name != '.' && *name != '-' && *name != '_')
      return FALSE;
  return TRUE;
}

static gboolean
hash_is_valid(const char *hash)
{
  if (strlen(hash) != IMAGE_HASH_DIGITS)
    return FALSE;
  for (; *hash != '\0'; hash++)
    if (!g_ascii_isdigit(*hash) && !(*hash >= 'a' && *hash <= 'f'))
      return FALSE;
  return TRUE;
}

static ImageManifest *
read_members(const char *name, JsonObject *object, GError **error)
{
  const char *given = json_get_string(object, "name", MAX_NAME, error);
  const char *hash = given != NULL ? json_get_string(object, "hash", IMAGE_HASH_DIGITS, error) : NULL;
  gint64 size_mib;
  if (hash == NULL || !json_get_int(object, "size_mib", 0, G_GINT64_CONSTANT(1) << 40, &size_mib, error))
    return NULL;
  if (strcmp(given, name) != 0 || !hash_is_valid(hash)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
                "It names another image, or its hash is not a SHA-256 in hexadecimal.");
    return NULL;
  }
  ImageManifest *manifest = g_new0(ImageManifest, 1);
  manifest->name = g_strdup(name);
  manifest->hash = g_strdup(hash);
  manifest->size_mib = size_mib;
  return manifest;
}

ImageManifest *
image_manifest_parse(const char *name, const char *text, gsize size, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(JsonObject) object = json_parse_object(text, size, MAX_MANIFEST_SIZE, &local);
  ImageManifest *manifest = object != NULL ? read_members(name, object, &local) : NULL;
  if (manifest == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD, "%s.json is not right: %s", name,
                local->message);
  return manifest;
}

void
image_manifest_free(ImageManifest *manifest)
{
  if (manifest == NULL)
    return;
  g_free(manifest->name);
  g_free(manifest->hash);
  g_free(manifest);
}
