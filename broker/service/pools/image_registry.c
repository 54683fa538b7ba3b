/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/image_registry.h"

#include "broker/policy/names.h"
#include "broker/service/work.h"
#include "broker/store/image_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"

GPtrArray *
image_registry_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? image_store_list(work->transaction, page, ret_next, error) : NULL;
}

static gboolean
check_copies(Work *work, const char *name, GError **error)
{
  g_autoptr(GPtrArray) copies = image_store_copies(work->transaction, name, error);
  if (copies == NULL)
    return FALSE;
  const ImageCopy *damaged = NULL;
  for (guint i = 0; i < copies->len; i++) {
    const ImageCopy *copy = g_ptr_array_index(copies, i);
    if (!copy->damaged)
      return TRUE;
    damaged = copy;
  }
  if (damaged != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
                "The image \"%s\" on %s is damaged: %s. Copy or build it again.", name, damaged->host,
                damaged->detail);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING,
                "No host holds an image \"%s\"; put it into the image folder of a host first.", name);
  return FALSE;
}

Image *
image_registry_register(Services *services, const Caller *caller, const char *name, GError **error)
{
  if (!names_check(name, "image", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !check_copies(work, name, error) ||
      !image_store_register(work->transaction, name, error) ||
      !work_audit(work, caller, "image.register", "image", name, "", error))
    return NULL;
  g_autoptr(Image) image = image_store_find(work->transaction, name, error);
  return image != NULL && work_commit(work, error) ? g_steal_pointer(&image) : NULL;
}

gboolean
image_registry_remove(Services *services, const Caller *caller, const char *name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  gint64 pools;
  if (work == NULL || !pool_store_count_of_image(work->transaction, name, &pools, error))
    return FALSE;
  if (pools > 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "%" G_GINT64_FORMAT " pools are made from this image; give them another one first.", pools);
    return FALSE;
  }
  return image_store_unregister(work->transaction, name, error) &&
         work_audit(work, caller, "image.remove", "image", name, "", error) && work_commit(work, error);
}
