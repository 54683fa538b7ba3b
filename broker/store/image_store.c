/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/image_store.h"

#include "broker/store/row.h"

#define SELECT_IMAGE                                                                                         \
  "SELECT n.name, COALESCE((SELECT MAX(h.hash) FROM host_image h WHERE h.name = n.name AND h.damaged = 0), " \
  "''),"                                                                                                     \
  " COALESCE((SELECT MAX(h.size_mib) FROM host_image h WHERE h.name = n.name AND h.damaged = 0), 0),"        \
  " EXISTS (SELECT 1 FROM image i WHERE i.name = n.name)"                                                    \
  " FROM (SELECT name FROM image UNION SELECT name FROM host_image) n"

static gpointer
read_image(DbQuery *query)
{
  Image *image = g_new0(Image, 1);
  image->name = g_strdup(db_text(query, 0));
  image->hash = g_strdup(db_text(query, 1));
  image->size_mib = (guint64)db_int(query, 2);
  image->registered = db_int(query, 3) != 0;
  return image;
}

static gboolean
read_hosts(DbTransaction *transaction, Image *image, GError **error)
{
  image->hosts = row_texts(
      db_query(transaction, error, "SELECT host FROM host_image WHERE name = ? AND damaged = 0 ORDER BY host",
               "s", image->name),
      error);
  return image->hosts != NULL;
}

static char *
image_key(gpointer image)
{
  return g_strdup(((Image *)image)->name);
}

GPtrArray *
image_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(GPtrArray) images =
      row_page(row_all(db_query(transaction, error, SELECT_IMAGE " WHERE n.name > ? ORDER BY n.name LIMIT ?",
                                "si", page->cursor != NULL ? page->cursor : "", row_limit(page)),
                       read_image, (GDestroyNotify)image_free, error),
               page, image_key, ret_next);
  for (guint i = 0; images != NULL && i < images->len; i++)
    if (!read_hosts(transaction, g_ptr_array_index(images, i), error))
      return NULL;
  return g_steal_pointer(&images);
}

Image *
image_store_find(DbTransaction *transaction, const char *name, GError **error)
{
  g_autoptr(Image) image = row_one(db_query(transaction, error, SELECT_IMAGE " WHERE n.name = ?", "s", name),
                                   read_image, "such image", error);
  if (image == NULL || !read_hosts(transaction, image, error))
    return NULL;
  return g_steal_pointer(&image);
}

gboolean
image_store_register(DbTransaction *transaction, const char *name, GError **error)
{
  return db_run(transaction, error, "INSERT INTO image (name) VALUES (?) ON CONFLICT DO NOTHING", "s",
                name) >= 0;
}

gboolean
image_store_unregister(DbTransaction *transaction, const char *name, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM image WHERE name = ?", "s", name),
                     "registered image of that name", error);
}

static gpointer
read_copy(DbQuery *query)
{
  ImageCopy *copy = g_new0(ImageCopy, 1);
  copy->host = g_strdup(db_text(query, 0));
  copy->name = g_strdup(db_text(query, 1));
  copy->hash = g_strdup(db_text(query, 2));
  copy->size_mib = (guint64)db_int(query, 3);
  copy->damaged = db_int(query, 4) != 0;
  copy->detail = g_strdup(db_text(query, 5));
  return copy;
}

GPtrArray *
image_store_of_host(DbTransaction *transaction, const char *host, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT host, name, hash, size_mib, damaged, detail FROM host_image"
                          " WHERE host = ? ORDER BY name",
                          "s", host),
                 read_copy, (GDestroyNotify)image_copy_free, error);
}

GPtrArray *
image_store_copies(DbTransaction *transaction, const char *name, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT host, name, hash, size_mib, damaged, detail FROM host_image"
                          " WHERE name = ? ORDER BY host",
                          "s", name),
                 read_copy, (GDestroyNotify)image_copy_free, error);
}

gboolean
image_store_replace_of_host(DbTransaction *transaction, const char *host, const GPtrArray *copies,
                            GError **error)
{
  if (db_run(transaction, error, "DELETE FROM host_image WHERE host = ?", "s", host) < 0)
    return FALSE;
  for (guint i = 0; i < copies->len; i++) {
    const ImageCopy *copy = g_ptr_array_index(copies, i);
    if (db_run(
            transaction, error,
            "INSERT INTO host_image (host, name, hash, size_mib, damaged, detail) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            "ssslis", host, copy->name, copy->hash, (gint64)copy->size_mib, copy->damaged, copy->detail) < 0)
      return FALSE;
  }
  return TRUE;
}
