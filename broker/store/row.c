/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/row.h"

#include "common/base/error.h"

GPtrArray *
row_all(DbQuery *query, RowReader read, GDestroyNotify free_value, GError **error)
{
  g_autoptr(DbQuery) rows = query;
  if (rows == NULL)
    return NULL;
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(free_value);
  gboolean row;
  while (db_next(rows, &row, error)) {
    if (!row)
      return g_steal_pointer(&values);
    g_ptr_array_add(values, read(rows));
  }
  return NULL;
}

gpointer
row_one(DbQuery *query, RowReader read, const char *what, GError **error)
{
  g_autoptr(DbQuery) rows = query;
  gboolean row;
  if (rows == NULL || !db_next(rows, &row, error))
    return NULL;
  if (row)
    return read(rows);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no %s.", what);
  return NULL;
}

gboolean
row_number(DbQuery *query, gint64 *ret_number, GError **error)
{
  g_autoptr(DbQuery) rows = query;
  gboolean row;
  if (rows == NULL || !db_next(rows, &row, error))
    return FALSE;
  *ret_number = row ? db_int(rows, 0) : 0;
  return TRUE;
}

gpointer
row_text(DbQuery *query)
{
  return g_strdup(db_text(query, 0));
}

GStrv
row_texts(DbQuery *query, GError **error)
{
  g_autoptr(GPtrArray) texts = row_all(query, row_text, g_free, error);
  if (texts == NULL)
    return NULL;
  g_ptr_array_add(texts, NULL);
  return (GStrv)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}

static guint
page_limit(const Page *page)
{
  return page->limit == 0 ? PAGE_LIMIT_DEFAULT : MIN(page->limit, PAGE_LIMIT_MAX);
}

const char *
row_within(const Page *page)
{
  if (page->within == NULL)
    return "";
  return *page->within != '\0' ? page->within : " ";
}

int
row_limit(const Page *page)
{
  return (int)page_limit(page) + 1;
}

GPtrArray *
row_page(GPtrArray *rows, const Page *page, char *(*key)(gpointer value), char **ret_next)
{
  if (rows == NULL)
    return NULL;
  guint limit = page_limit(page);
  char *next = NULL;
  if (rows->len > limit) {
    g_ptr_array_set_size(rows, (gint)limit);
    next = key(g_ptr_array_index(rows, limit - 1));
  }
  if (ret_next != NULL)
    *ret_next = next;
  else
    g_free(next);
  return rows;
}

gboolean
row_changed(gint64 changed, const char *what, GError **error)
{
  if (changed == 1)
    return TRUE;
  if (changed >= 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no %s.", what);
  return FALSE;
}
