/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/desktop_number_store.h"

#include "broker/store/row.h"

static gboolean
take_returned(DbTransaction *transaction, const char *pool_id, gint64 number, GError **error)
{
  return db_run(transaction, error, "DELETE FROM desktop_number WHERE pool_id = ? AND number = ?", "sl",
                pool_id, number) >= 0;
}

static gboolean
take_next(DbTransaction *transaction, const char *pool_id, gint64 *ret_number, GError **error)
{
  return row_number(db_query(transaction, error, "SELECT next_number FROM pool WHERE id = ?", "s", pool_id),
                    ret_number, error) &&
         row_changed(db_run(transaction, error, "UPDATE pool SET next_number = next_number + 1 WHERE id = ?",
                            "s", pool_id),
                     "such pool", error);
}

gboolean
desktop_number_store_take(DbTransaction *transaction, const char *pool_id, guint *ret_number, GError **error)
{
  gint64 number;
  if (!row_number(db_query(transaction, error, "SELECT MIN(number) FROM desktop_number WHERE pool_id = ?",
                           "s", pool_id),
                  &number, error) ||
      !(number != 0 ? take_returned(transaction, pool_id, number, error)
                    : take_next(transaction, pool_id, &number, error)))
    return FALSE;
  *ret_number = (guint)number;
  return TRUE;
}

gboolean
desktop_number_store_take_back(DbTransaction *transaction, const char *pool_id, guint number,
                               gboolean *ret_taken, GError **error)
{
  gint64 rows = db_run(transaction, error, "DELETE FROM desktop_number WHERE pool_id = ? AND number = ?",
                       "sl", pool_id, (gint64)number);
  if (rows < 0)
    return FALSE;
  *ret_taken = rows > 0;
  return TRUE;
}

gboolean
desktop_number_store_begin(DbTransaction *transaction, const char *pool_id, GError **error)
{
  return db_run(transaction, error, "DELETE FROM desktop_number WHERE pool_id = ?", "s", pool_id) >= 0 &&
         db_run(transaction, error, "UPDATE pool SET next_number = 1 WHERE id = ?", "s", pool_id) >= 0;
}

gboolean
desktop_number_store_give_back(DbTransaction *transaction, const char *pool_id, guint number, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO desktop_number (pool_id, number) SELECT id, ? FROM pool"
                " WHERE id = ? AND next_number > ? ON CONFLICT DO NOTHING",
                "lsl", (gint64)number, pool_id, (gint64)number) >= 0;
}

gboolean
desktop_number_store_is_taken(DbTransaction *transaction, const char *name, gboolean *ret_taken,
                              GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error, "SELECT COUNT(*) FROM desktop WHERE name = ?", "s", name),
                  &count, error))
    return FALSE;
  *ret_taken = count > 0;
  return TRUE;
}
