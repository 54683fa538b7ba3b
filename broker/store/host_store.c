/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/host_store.h"

#include "broker/store/row.h"

#define SELECT_HOST                                                                                          \
  "SELECT h.name, h.state, h.state_since_us, h.boot_id, h.agent_version, h.accelerator, "                    \
  "h.accelerator_reason,"                                                                                    \
  " h.cpus, h.memory_mib, h.memory_free_mib, h.disk_free_mib, h.relay_address, h.relay_port, "               \
  "h.last_seen_us, h.term, h.link_broker, h.duty, h.said_us"                                                 \
  " FROM host h"

static gpointer
read_host(DbQuery *query)
{
  Host *host = host_new(db_text(query, 0));
  host->state = host_state_from_name(db_text(query, 1));
  host->state_since_us = db_int(query, 2);
  host->boot_id = g_strdup(db_text(query, 3));
  host->agent_version = g_strdup(db_text(query, 4));
  host->accelerator = g_strdup(db_text(query, 5));
  host->accelerator_reason = g_strdup(db_text(query, 6));
  host->capacity.cpus = db_int(query, 7);
  host->capacity.memory_mib = db_int(query, 8);
  host->capacity.memory_free_mib = db_int(query, 9);
  host->capacity.disk_free_mib = db_int(query, 10);
  host->relay_address = g_strdup(db_text(query, 11));
  host->relay_port = (guint16)db_int(query, 12);
  host->last_seen_us = db_int(query, 13);
  host->term = db_int(query, 14);
  host->link_broker = g_strdup(db_text(query, 15));
  host->duty = host_duty_from_name(db_text(query, 16));
  host->said_us = db_int(query, 17);
  return host;
}

gboolean
host_store_put(DbTransaction *transaction, const Host *host, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO host (name, state, state_since_us, boot_id, agent_version, accelerator,"
                " accelerator_reason, cpus, memory_mib, memory_free_mib, disk_free_mib, relay_address, "
                "relay_port,"
                " last_seen_us, said_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET state = excluded.state, state_since_us = "
                "excluded.state_since_us,"
                " boot_id = excluded.boot_id, agent_version = excluded.agent_version,"
                " accelerator = excluded.accelerator, accelerator_reason = excluded.accelerator_reason,"
                " cpus = excluded.cpus, memory_mib = excluded.memory_mib,"
                " memory_free_mib = excluded.memory_free_mib, disk_free_mib = excluded.disk_free_mib,"
                " relay_address = excluded.relay_address, relay_port = excluded.relay_port,"
                " last_seen_us = excluded.last_seen_us, said_us = excluded.said_us",
                "sslssssllllsill", host->name, host_state_name(host->state), host->state_since_us,
                host->boot_id, host->agent_version, host->accelerator, host->accelerator_reason,
                host->capacity.cpus, host->capacity.memory_mib, host->capacity.memory_free_mib,
                host->capacity.disk_free_mib, host->relay_address, (int)host->relay_port, host->last_seen_us,
                host->said_us) == 1;
}

gboolean
host_store_write_duty(DbTransaction *transaction, const Host *host, GError **error)
{
  return row_changed(db_run(transaction, error, "UPDATE host SET duty = ? WHERE name = ?", "ss",
                            host_duty_name(host->duty), host->name),
                     "such host", error);
}

gboolean
host_store_beat(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                const HostCapacity *capacity, gint64 seen_us, gboolean *ret_counts, GError **error)
{
  gint64 changed = db_run(transaction, error,
                          "UPDATE host SET cpus = ?, memory_mib = ?, memory_free_mib = ?, disk_free_mib = ?,"
                          " last_seen_us = ? WHERE name = ? AND term = ? AND link_broker = ?",
                          "lllllsls", capacity->cpus, capacity->memory_mib, capacity->memory_free_mib,
                          capacity->disk_free_mib, seen_us, name, term, broker);
  *ret_counts = changed > 0;
  return changed >= 0;
}

gboolean
host_store_set_link(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                    GError **error)
{
  return row_changed(db_run(transaction, error, "UPDATE host SET term = ?, link_broker = ? WHERE name = ?",
                            "lss", term, broker, name),
                     "such host", error);
}

GStrv
host_store_linked(DbTransaction *transaction, const char *instance, GError **error)
{
  return row_texts(db_query(transaction, error,
                            "SELECT name FROM host WHERE state = 'up' AND link_broker = ? ORDER BY name", "s",
                            instance),
                   error);
}

GStrv
host_store_unlinked(DbTransaction *transaction, gint64 stopped_since_us, GError **error)
{
  return row_texts(
      db_query(transaction, error,
               "SELECT name FROM host WHERE state = 'up' AND (link_broker IS NULL OR link_broker"
               " NOT IN (SELECT instance FROM broker WHERE stopped = 0 OR seen_us > ?)) ORDER BY name",
               "l", stopped_since_us),
      error);
}

gboolean
host_store_has_link(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                    gboolean *ret_has, GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error,
                           "SELECT COUNT(*) FROM host WHERE name = ? AND term = ? AND link_broker = ?", "sls",
                           name, term, broker),
                  &count, error))
    return FALSE;
  *ret_has = count > 0;
  return TRUE;
}

Host *
host_store_find(DbTransaction *transaction, const char *name, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_HOST " WHERE h.name = ?", "s", name), read_host,
                 "such host", error);
}

static char *
host_key(gpointer host)
{
  return g_strdup(((Host *)host)->name);
}

GPtrArray *
host_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  const char *within = row_within(page);
  return row_page(
      row_all(db_query(transaction, error,
                       SELECT_HOST " WHERE h.name > ? AND " ROW_WITHIN("h.name") " ORDER BY h.name LIMIT ?",
                       "ssssi", page->cursor != NULL ? page->cursor : "", within, within, within,
                       row_limit(page)),
              read_host, (GDestroyNotify)host_free, error),
      page, host_key, ret_next);
}

GPtrArray *
host_store_all(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, SELECT_HOST " ORDER BY h.name", ""), read_host,
                 (GDestroyNotify)host_free, error);
}

gboolean
host_store_remove(DbTransaction *transaction, const char *name, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM host WHERE name = ?", "s", name), "such host",
                     error);
}

gboolean
host_store_count_desktops(DbTransaction *transaction, Host *host, GError **error)
{
  gint64 count;
  if (!row_number(
          db_query(transaction, error, "SELECT COUNT(*) FROM desktop WHERE host = ?", "s", host->name),
          &count, error))
    return FALSE;
  host->desktops = (guint)count;
  return TRUE;
}

static gpointer
read_quarantine(DbQuery *query)
{
  return host_quarantine_new(db_text(query, 0), db_text(query, 1));
}

gboolean
host_store_read_quarantine(DbTransaction *transaction, Host *host, GError **error)
{
  GPtrArray *rows = row_all(db_query(transaction, error,
                                     "SELECT name, reason FROM host_quarantine WHERE host = ? ORDER BY name",
                                     "s", host->name),
                            read_quarantine, (GDestroyNotify)host_quarantine_free, error);
  if (rows == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal(host->quarantined, rows);
  return TRUE;
}

gboolean
host_store_write_quarantine(DbTransaction *transaction, const Host *host, GError **error)
{
  if (db_run(transaction, error, "DELETE FROM host_quarantine WHERE host = ?", "s", host->name) < 0)
    return FALSE;
  for (guint i = 0; i < host->quarantined->len; i++) {
    const HostQuarantine *quarantine = g_ptr_array_index(host->quarantined, i);
    if (db_run(transaction, error,
               "INSERT INTO host_quarantine (host, name, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
               "sss", host->name, quarantine->name, quarantine->reason) < 0)
      return FALSE;
  }
  return TRUE;
}
