/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_devices.h"

typedef struct {
  char *before;
  char *device;
  char *writing; /* (nullable) may be in the database already */
} Entry;

struct KnownDevices {
  GHashTable *entries; /* session → Entry */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->before);
  g_free(entry->device);
  g_free(entry->writing);
  g_free(entry);
}

static void
set_text(char **place, const char *text)
{
  char *copy = g_strdup(text);
  g_free(*place);
  *place = copy;
}

KnownDevices *
known_devices_new(void)
{
  KnownDevices *devices = g_new0(KnownDevices, 1);
  devices->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
  return devices;
}

const char *
known_devices_find(KnownDevices *devices, const char *session_id)
{
  const Entry *entry = g_hash_table_lookup(devices->entries, session_id);
  return entry != NULL ? entry->device : NULL;
}

void
known_devices_let_in(KnownDevices *devices, const char *session_id, const char *stored, const char *device)
{
  Entry *entry = g_hash_table_lookup(devices->entries, session_id);
  if (entry == NULL && g_str_equal(stored, device))
    return;
  if (entry == NULL) {
    entry = g_new0(Entry, 1);
    entry->before = g_strdup(stored);
    g_hash_table_insert(devices->entries, g_strdup(session_id), entry);
  }
  set_text(&entry->device, device);
}

void
known_devices_compare(KnownDevices *devices, const char *session_id, const char *stored)
{
  const Entry *entry = g_hash_table_lookup(devices->entries, session_id);
  if (entry != NULL && !g_str_equal(stored, entry->before) && g_strcmp0(stored, entry->writing) != 0)
    g_hash_table_remove(devices->entries, session_id);
}

static void
known_device_free(gpointer data)
{
  KnownDevice *device = data;
  g_free(device->session_id);
  g_free(device->before);
  g_free(device->device);
  g_free(device);
}

GPtrArray *
known_devices_to_write(KnownDevices *devices)
{
  GPtrArray *list = g_ptr_array_new_with_free_func(known_device_free);
  GHashTableIter iter;
  gpointer id, value;
  g_hash_table_iter_init(&iter, devices->entries);
  while (g_hash_table_iter_next(&iter, &id, &value)) {
    Entry *entry = value;
    set_text(&entry->writing, entry->device);
    const KnownDevice device = {g_strdup(id), g_strdup(entry->before), g_strdup(entry->device)};
    g_ptr_array_add(list, g_memdup2(&device, sizeof device));
  }
  return list;
}

void
known_devices_written(KnownDevices *devices, const GPtrArray *written)
{
  for (guint i = 0; i < written->len; i++) {
    const KnownDevice *device = g_ptr_array_index(written, i);
    Entry *entry = g_hash_table_lookup(devices->entries, device->session_id);
    if (entry == NULL)
      continue;
    if (g_str_equal(entry->device, device->device)) {
      g_hash_table_remove(devices->entries, device->session_id);
      continue;
    }
    set_text(&entry->before, device->device);
    g_clear_pointer(&entry->writing, g_free);
  }
}

void
known_devices_free(KnownDevices *devices)
{
  if (devices == NULL)
    return;
  g_hash_table_unref(devices->entries);
  g_free(devices);
}
