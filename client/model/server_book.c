/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_book.h"

#include <string.h>

#include "client/model/server_address.h"

#define MAX_FIELD  200
#define PIN_LENGTH 64

struct ServerBook {
  GPtrArray *entries; /* ServerEntry */
};

static void
server_entry_free(gpointer data)
{
  ServerEntry *entry = data;
  g_free(entry->address);
  g_free(entry->user);
  g_free(entry->pin);
  g_free(entry->site);
  g_free(entry);
}

ServerBook *
server_book_new(void)
{
  ServerBook *book = g_new0(ServerBook, 1);
  book->entries = g_ptr_array_new_with_free_func(server_entry_free);
  return book;
}

void
server_book_free(ServerBook *book)
{
  if (book == NULL)
    return;
  g_ptr_array_unref(book->entries);
  g_free(book);
}

static gboolean
pin_is_good(const char *pin)
{
  if (strlen(pin) != PIN_LENGTH)
    return FALSE;
  for (const char *c = pin; *c != '\0'; c++) {
    if (!g_ascii_isxdigit(*c))
      return FALSE;
  }
  return TRUE;
}

static char *
read_field(GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_string(file, group, key, NULL);
  if (value == NULL || *value == '\0' || strlen(value) > MAX_FIELD || !g_utf8_validate(value, -1, NULL))
    return NULL;
  return g_steal_pointer(&value);
}

static ServerEntry *
read_entry(GKeyFile *file, const char *group)
{
  g_autofree char *written = read_field(file, group, "address");
  g_autofree char *address = written != NULL ? server_address_normalize(written, NULL) : NULL;
  if (address == NULL || strcmp(address, written) != 0)
    return NULL;
  g_autofree char *pin = read_field(file, group, "certificate");
  /* A pin that cannot be read must not turn into "no pin was set": leave the whole server out. */
  if (g_key_file_has_key(file, group, "certificate", NULL) && (pin == NULL || !pin_is_good(pin)))
    return NULL;
  ServerEntry *entry = g_new0(ServerEntry, 1);
  entry->address = g_steal_pointer(&address);
  entry->user = read_field(file, group, "user");
  entry->pin = g_steal_pointer(&pin);
  entry->site = read_field(file, group, "site");
  return entry;
}

ServerBook *
server_book_parse(const char *text, guint *ret_skipped)
{
  ServerBook *book = server_book_new();
  *ret_skipped = 0;
  g_autoptr(GKeyFile) file = g_key_file_new();
  if (*text != '\0' && !g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, NULL)) {
    *ret_skipped = 1;
    return book;
  }
  g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    ServerEntry *entry = book->entries->len < SERVER_BOOK_MAX_SERVERS ? read_entry(file, groups[i]) : NULL;
    if (entry != NULL)
      g_ptr_array_add(book->entries, entry);
    else
      (*ret_skipped)++;
  }
  return book;
}

static void
write_field(GKeyFile *file, const char *group, const char *key, const char *value)
{
  if (value != NULL)
    g_key_file_set_string(file, group, key, value);
}

char *
server_book_to_text(const ServerBook *book)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  for (guint i = 0; i < book->entries->len; i++) {
    const ServerEntry *entry = server_book_get(book, i);
    /* Numbered groups, because an IPv6 address cannot be the name of one. */
    g_autofree char *group = g_strdup_printf("server %u", i + 1);
    write_field(file, group, "address", entry->address);
    write_field(file, group, "user", entry->user);
    write_field(file, group, "certificate", entry->pin);
    write_field(file, group, "site", entry->site);
  }
  return g_key_file_to_data(file, NULL, NULL);
}

guint
server_book_count(const ServerBook *book)
{
  return book->entries->len;
}

const ServerEntry *
server_book_get(const ServerBook *book, guint index)
{
  g_return_val_if_fail(index < book->entries->len, NULL);
  return book->entries->pdata[index];
}

static gboolean
find_index(const ServerBook *book, const char *address, guint *ret_index)
{
  for (guint i = 0; i < book->entries->len; i++) {
    if (strcmp(server_book_get(book, i)->address, address) == 0) {
      *ret_index = i;
      return TRUE;
    }
  }
  return FALSE;
}

const ServerEntry *
server_book_find(const ServerBook *book, const char *address)
{
  guint index = 0;
  return find_index(book, address, &index) ? server_book_get(book, index) : NULL;
}

void
server_book_touch(ServerBook *book, const char *address)
{
  guint index = 0;
  ServerEntry *entry = NULL;
  if (find_index(book, address, &index)) {
    entry = g_ptr_array_steal_index(book->entries, index);
  } else {
    entry = g_new0(ServerEntry, 1);
    entry->address = g_strdup(address);
  }
  g_ptr_array_insert(book->entries, 0, entry);
  if (book->entries->len > SERVER_BOOK_MAX_SERVERS)
    g_ptr_array_set_size(book->entries, SERVER_BOOK_MAX_SERVERS);
}

static ServerEntry *
entry_of(ServerBook *book, const char *address)
{
  guint index = 0;
  return find_index(book, address, &index) ? book->entries->pdata[index] : NULL;
}

static void
set_field(char **field, const char *value)
{
  g_free(*field);
  *field = g_strdup(value);
}

void
server_book_set_user(ServerBook *book, const char *address, const char *user)
{
  ServerEntry *entry = entry_of(book, address);
  g_return_if_fail(entry != NULL);
  set_field(&entry->user, user);
}

void
server_book_set_pin(ServerBook *book, const char *address, const char *pin)
{
  ServerEntry *entry = entry_of(book, address);
  g_return_if_fail(entry != NULL);
  set_field(&entry->pin, pin);
}

void
server_book_set_site(ServerBook *book, const char *address, const char *site)
{
  ServerEntry *entry = entry_of(book, address);
  g_return_if_fail(entry != NULL);
  set_field(&entry->site, site);
}

void
server_book_remove(ServerBook *book, const char *address)
{
  guint index = 0;
  if (find_index(book, address, &index))
    g_ptr_array_remove_index(book->entries, index);
}
