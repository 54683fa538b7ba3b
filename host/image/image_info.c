/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/image_store.h"

#include "common/base/error.h"
#include "common/base/json.h"

#define DESCRIPTION_MAX_BYTES 16384

static gboolean
read_text(JsonObject *object, const char *name, char **ret_text, GError **error)
{
  const char *text = json_get_string(object, name, 256, error);
  if (text == NULL)
    return FALSE;
  *ret_text = g_strdup(text);
  return TRUE;
}

static ImageInfo *
read_info(JsonObject *object, GError **error)
{
  g_autoptr(ImageInfo) info = g_new0(ImageInfo, 1);
  if (!read_text(object, "name", &info->name, error) || !read_text(object, "hash", &info->hash, error) ||
      !json_get_int(object, "size_mib", 0, G_MAXINT32, &info->size_mib, error) ||
      !json_get_int(object, "virtual_size_mib", 0, G_MAXINT32, &info->virtual_size_mib, error) ||
      !read_text(object, "os", &info->os, error) || !read_text(object, "account", &info->account, error) ||
      !read_text(object, "created", &info->created, error) ||
      !read_text(object, "recipe_hash", &info->recipe_hash, error))
    return NULL;
  return g_steal_pointer(&info);
}

ImageInfo *
image_info_load(const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) local = NULL;
  g_autoptr(JsonObject) object = NULL;
  ImageInfo *info = NULL;
  if (g_file_get_contents(path, &text, &size, &local) &&
      (object = json_parse_object(text, size, DESCRIPTION_MAX_BYTES, &local)) != NULL)
    info = read_info(object, &local);
  if (info == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
                "The description %s cannot be read: %s Build the image anew.", path, local->message);
  return info;
}

static void
add_text(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value);
}

static void
add_number(JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, value);
}

char *
image_info_to_json(const ImageInfo *info)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_text(builder, "name", info->name);
  add_text(builder, "hash", info->hash);
  add_number(builder, "size_mib", info->size_mib);
  add_number(builder, "virtual_size_mib", info->virtual_size_mib);
  add_text(builder, "os", info->os);
  add_text(builder, "account", info->account);
  add_text(builder, "created", info->created);
  add_text(builder, "recipe_hash", info->recipe_hash);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

void
image_info_free(ImageInfo *info)
{
  if (info == NULL)
    return;
  g_free(info->name);
  g_free(info->hash);
  g_free(info->os);
  g_free(info->account);
  g_free(info->created);
  g_free(info->recipe_hash);
  g_free(info);
}
