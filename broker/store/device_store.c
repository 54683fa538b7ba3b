/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/device_store.h"

#include "broker/store/row.h"

#define SELECT                                                                                               \
  "SELECT d.id, d.name, d.description, d.public_key, d.code, d.state, d.model, d.hostname,"                  \
  " d.client_version, d.address, d.account_id, a.name, d.approved_by, d.seen_from, d.pool_id, p.name,"       \
  " d.created_us, d.expires_us, d.approved_us, d.seen_us, d.version"                                         \
  " FROM device d LEFT JOIN account a ON a.id = d.account_id LEFT JOIN pool p ON p.id = d.pool_id"

#define WHAT "such device"

static gpointer
read_device(DbQuery *query)
{
  Device *device = g_new0(Device, 1);
  char **const texts[] = {&device->id,          &device->name,       &device->description,
                          &device->public_key,  &device->code,       NULL,
                          &device->model,       &device->hostname,   &device->client_version,
                          &device->address,     &device->account_id, &device->account,
                          &device->approved_by, &device->seen_from,  &device->pool_id,
                          &device->pool};
  gint64 *const numbers[] = {&device->created_us, &device->expires_us, &device->approved_us, &device->seen_us,
                             &device->version};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    if (texts[i] != NULL)
      *texts[i] = g_strdup(db_text(query, (int)i));
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
    *numbers[i] = db_int(query, (int)(G_N_ELEMENTS(texts) + i));
  (void)device_state_from_name(db_text(query, 5), &device->state);
  return device;
}

gboolean
device_store_add(DbTransaction *transaction, const Device *device, const char *secret_hash, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO device (id, name, description, public_key, code, secret_hash, state, model,"
                " hostname, client_version, address, account_id, approved_by, seen_from, pool_id,"
                " created_us, expires_us, approved_us, seen_us, version)"
                " VALUES (?, NULL, '', ?, ?, ?, ?, ?, ?, ?, ?, NULL, '', '', NULL, ?, ?, 0, 0, 1)",
                "sssssssssll", device->id, device->public_key, device->code, secret_hash,
                device_state_name(device->state), device->model, device->hostname, device->client_version,
                device->address, device->created_us, device->expires_us) == 1;
}

Device *
device_store_find(DbTransaction *transaction, const char *key, GError **error)
{
  return row_one(db_query(transaction, error, SELECT " WHERE d.id = ? OR d.name = ?", "ss", key, key),
                 read_device, WHAT, error);
}

Device *
device_store_find_by_key(DbTransaction *transaction, const char *public_key, GError **error)
{
  return row_one(db_query(transaction, error, SELECT " WHERE d.public_key = ?", "s", public_key), read_device,
                 WHAT, error);
}

Device *
device_store_find_by_account(DbTransaction *transaction, const char *account_id, GError **error)
{
  return row_one(db_query(transaction, error, SELECT " WHERE d.account_id = ?", "s", account_id), read_device,
                 WHAT, error);
}

GPtrArray *
device_store_with_code(DbTransaction *transaction, const char *code, gint64 now_us, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT " WHERE d.code = ? AND d.state = 'pending' AND d.expires_us > ?"
                                 " ORDER BY d.id LIMIT 2",
                          "sl", code, now_us),
                 read_device, (GDestroyNotify)device_free, error);
}

static char *
device_key(gpointer device)
{
  return g_strdup(((Device *)device)->id);
}

GPtrArray *
device_store_list(DbTransaction *transaction, gboolean pending, const Page *page, char **ret_next,
                  GError **error)
{
  return row_page(row_all(db_query(transaction, error,
                                   SELECT " WHERE d.id > ? AND (? = 0 OR (d.state = 'pending'"
                                          " AND d.expires_us > ?)) ORDER BY d.id LIMIT ?",
                                   "sili", page->cursor != NULL ? page->cursor : "", pending,
                                   db_now_us(transaction), row_limit(page)),
                          read_device, (GDestroyNotify)device_free, error),
                  page, device_key, ret_next);
}

gboolean
device_store_count_waiting(DbTransaction *transaction, const char *address, gint64 *ret_total,
                           gint64 *ret_from_address, GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM device WHERE state IN ('pending', 'rejected')", ""),
                    ret_total, error) &&
         row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM device WHERE state IN ('pending', 'rejected')"
                             " AND address = ?",
                             "s", address),
                    ret_from_address, error);
}

gboolean
device_store_renew(DbTransaction *transaction, const Device *device, const char *secret_hash, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE device SET secret_hash = ?, model = ?, hostname = ?, client_version = ?,"
                            " address = ?, expires_us = ? WHERE id = ?",
                            "sssssls", secret_hash, device->model, device->hostname, device->client_version,
                            device->address, device->expires_us, device->id),
                     WHAT, error);
}

gboolean
device_store_update(DbTransaction *transaction, const Device *device, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE device SET name = ?, description = ?, state = ?, account_id = ?,"
                            " approved_by = ?, approved_us = ?, expires_us = ?, pool_id = ?,"
                            " version = version + 1 WHERE id = ?",
                            "sssssllss", device->name, device->description, device_state_name(device->state),
                            device->account_id, device->approved_by, device->approved_us, device->expires_us,
                            device->pool_id, device->id),
                     WHAT, error);
}

char *
device_store_secret_hash(DbTransaction *transaction, const char *id, GError **error)
{
  return row_one(db_query(transaction, error, "SELECT secret_hash FROM device WHERE id = ?", "s", id),
                 row_text, WHAT, error);
}

gboolean
device_store_seen(DbTransaction *transaction, const char *id, const char *address, const char *client_version,
                  gint64 now_us, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE device SET seen_us = ?, seen_from = ?,"
                            " client_version = COALESCE(?, client_version) WHERE id = ?",
                            "lsss", now_us, address, client_version, id),
                     WHAT, error);
}

gboolean
device_store_forget_secret(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "UPDATE device SET secret_hash = '' WHERE id = ?", "s", id),
                     WHAT, error);
}

gboolean
device_store_remove(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM device WHERE id = ?", "s", id), WHAT, error);
}

gboolean
device_store_use_nonce(DbTransaction *transaction, const char *nonce, gint64 expires_us, gboolean *ret_fresh,
                       GError **error)
{
  gint64 added = db_run(transaction, error,
                        "INSERT INTO device_nonce (nonce, expires_us) VALUES (?, ?)"
                        " ON CONFLICT (nonce) DO NOTHING",
                        "sl", nonce, expires_us);
  if (added < 0)
    return FALSE;
  *ret_fresh = added == 1;
  return TRUE;
}

gboolean
device_store_remove_expired(DbTransaction *transaction, gint64 now_us, GError **error)
{
  return db_run(transaction, error,
                "DELETE FROM device WHERE state IN ('pending', 'rejected') AND expires_us <= ?", "l",
                now_us) >= 0 &&
         db_run(transaction, error, "DELETE FROM device_nonce WHERE expires_us <= ?", "l",
                now_us - DEVICE_STORE_NONCE_KEEP_US) >= 0;
}
