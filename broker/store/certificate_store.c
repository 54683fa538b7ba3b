/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/certificate_store.h"

#include "broker/store/row.h"

#define COLUMNS                                                                                              \
  "serial, role, name, addresses, authority, not_before_us, not_after_us, issued_us, issued_by,"             \
  " revoked_us, revoked_by, reason, replaced_by"
#define SELECT_CERTIFICATE "SELECT " COLUMNS " FROM certificate"
#define ORDER              "role, name, issued_us, serial"

static gpointer
read_certificate(DbQuery *query)
{
  CertificateRow *row = g_new0(CertificateRow, 1);
  row->serial = g_strdup(db_text(query, 0));
  row->role = g_strdup(db_text(query, 1));
  row->name = g_strdup(db_text(query, 2));
  row->addresses = g_strdup(db_text(query, 3));
  row->authority = g_strdup(db_text(query, 4));
  row->not_before_us = db_int(query, 5);
  row->not_after_us = db_int(query, 6);
  row->issued_us = db_int(query, 7);
  row->issued_by = g_strdup(db_text(query, 8));
  row->revoked_us = db_int(query, 9);
  row->revoked_by = g_strdup(db_text(query, 10));
  row->reason = g_strdup(db_text(query, 11));
  row->replaced_by = g_strdup(db_text(query, 12));
  return row;
}

static GPtrArray *
read_all(DbQuery *query, GError **error)
{
  return row_all(query, read_certificate, (GDestroyNotify)certificate_row_free, error);
}

gboolean
certificate_store_add(DbTransaction *transaction, const CertificateRow *row, gboolean *ret_is_new,
                      GError **error)
{
  gint64 added =
      db_run(transaction, error,
             "INSERT INTO certificate (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', NULL)"
             " ON CONFLICT (serial) DO NOTHING",
             "sssssllls", row->serial, row->role, row->name, row->addresses, row->authority,
             row->not_before_us, row->not_after_us, row->issued_us, row->issued_by);
  if (added >= 0 && ret_is_new != NULL)
    *ret_is_new = added > 0;
  return added >= 0;
}

CertificateRow *
certificate_store_find(DbTransaction *transaction, const char *serial, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_CERTIFICATE " WHERE serial = ?", "s", serial),
                 read_certificate, "such certificate", error);
}

static char *
serial_of(gpointer row)
{
  return g_strdup(((CertificateRow *)row)->serial);
}

GPtrArray *
certificate_store_list(DbTransaction *transaction, const CertificateFilter *filter, const Page *page,
                       char **ret_next, GError **error)
{
  const char *role = filter->role != NULL ? filter->role : "";
  const char *name = filter->name != NULL ? filter->name : "";
  const char *cursor = page->cursor != NULL ? page->cursor : "";
  DbQuery *query =
      db_query(transaction, error,
               SELECT_CERTIFICATE " WHERE (? = '' OR role = ?) AND (? = '' OR name = ?)"
                                  " AND (? = 0 OR revoked_us > 0)"
                                  " AND (? = '' OR (" ORDER ") > (SELECT " ORDER
                                  " FROM certificate WHERE serial = ?)) ORDER BY " ORDER " LIMIT ?",
               "ssssissi", role, role, name, name, (int)filter->is_revoked, cursor, cursor, row_limit(page));
  return row_page(read_all(query, error), page, serial_of, ret_next);
}

GPtrArray *
certificate_store_all(DbTransaction *transaction, GError **error)
{
  return read_all(db_query(transaction, error, SELECT_CERTIFICATE " ORDER BY serial", ""), error);
}

GPtrArray *
certificate_store_of_machine(DbTransaction *transaction, const char *role, const char *name, GError **error)
{
  return read_all(db_query(transaction, error,
                           SELECT_CERTIFICATE
                           " WHERE role = ? AND name = ? AND revoked_us = 0 ORDER BY " ORDER,
                           "ss", role, name),
                  error);
}

gboolean
certificate_store_revoke(DbTransaction *transaction, const char *serial, gint64 now_us, const char *by,
                         const char *reason, GError **error)
{
  return row_changed(
      db_run(transaction, error,
             "UPDATE certificate SET revoked_us = ?, revoked_by = ?, reason = ? WHERE serial = ?", "lsss",
             now_us, by, reason, serial),
      "such certificate", error);
}

gboolean
certificate_store_replace(DbTransaction *transaction, const char *serial, const char *newer, GError **error)
{
  return db_run(transaction, error,
                "UPDATE certificate SET replaced_by = ? WHERE serial = ? AND replaced_by IS NULL", "ss",
                newer, serial) >= 0;
}

gboolean
certificate_store_issued_us(DbTransaction *transaction, const char *serial, gint64 *ret_issued_us,
                            GError **error)
{
  return row_number(
      db_query(transaction, error, "SELECT issued_us FROM certificate WHERE serial = ?", "s", serial),
      ret_issued_us, error);
}

gboolean
certificate_store_count_since(DbTransaction *transaction, const char *role, const char *name, gint64 since_us,
                              gint64 *ret_count, GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM certificate WHERE role = ? AND name = ? AND issued_us > ?",
                             "ssl", role, name, since_us),
                    ret_count, error);
}

gboolean
certificate_store_cut(DbTransaction *transaction, const char *role, const char *name, gint64 now_us,
                      GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO certificate_cut (role, name, cut_us) VALUES (?, ?, ?)"
                " ON CONFLICT (role, name) DO UPDATE SET cut_us = excluded.cut_us",
                "ssl", role, name, now_us) == 1;
}

gboolean
certificate_store_cut_us(DbTransaction *transaction, const char *role, const char *name, gint64 *ret_cut_us,
                         GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT cut_us FROM certificate_cut WHERE role = ? AND name = ?", "ss", role,
                             name),
                    ret_cut_us, error);
}

GStrv
certificate_store_cuts(DbTransaction *transaction, GError **error)
{
  return row_texts(db_query(transaction, error, "SELECT role || '/' || name FROM certificate_cut", ""),
                   error);
}

gboolean
certificate_store_remove_expired(DbTransaction *transaction, gint64 before_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM certificate WHERE not_after_us < ?", "l", before_us) >= 0;
}
