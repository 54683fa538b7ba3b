/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/console_registry.h"

#include "common/base/secret.h"

struct ConsoleRegistry {
  GHashTable *consoles;    /* grant id -> Console */
  GHashTable *connections; /* guint64 -> Console */
};

static void
console_free(gpointer data)
{
  Console *console = data;
  grant_free(console->grant);
  secret_free(console->grant_text);
  g_free(console->client);
  g_hash_table_unref(console->connections);
  g_free(console);
}

ConsoleRegistry *
console_registry_new(void)
{
  ConsoleRegistry *registry = g_new0(ConsoleRegistry, 1);
  registry->consoles = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, console_free);
  registry->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  return registry;
}

static guint64 *
copy_id(guint64 connection)
{
  return g_memdup2(&connection, sizeof connection);
}

Console *
console_registry_begin(ConsoleRegistry *registry, Grant *grant, const char *grant_text, const char *client,
                       guint64 main_connection)
{
  Console *console = g_new0(Console, 1);
  console->grant = grant;
  console->grant_text = g_strdup(grant_text);
  console->client = g_strdup(client);
  console->main_connection = main_connection;
  console->main_lives = TRUE;
  console->end_code = CARAWAY_ERROR_LAST;
  console->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  g_hash_table_replace(registry->consoles, console->grant->id, console);
  console_registry_add(registry, console, main_connection);
  return console;
}

Console *
console_registry_find(ConsoleRegistry *registry, const char *id)
{
  return g_hash_table_lookup(registry->consoles, id);
}

Console *
console_registry_of_text(ConsoleRegistry *registry, const char *grant_text)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, registry->consoles);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    if (secret_equal(((Console *)value)->grant_text, grant_text))
      return value;
  return NULL;
}

Console *
console_registry_of_connection(ConsoleRegistry *registry, guint64 connection)
{
  return g_hash_table_lookup(registry->connections, &connection);
}

void
console_registry_add(ConsoleRegistry *registry, Console *console, guint64 connection)
{
  g_hash_table_add(console->connections, copy_id(connection));
  g_hash_table_replace(registry->connections, copy_id(connection), console);
}

gboolean
console_registry_remove(ConsoleRegistry *registry, Console *console, guint64 connection)
{
  if (connection == console->main_connection)
    console->main_lives = FALSE;
  g_hash_table_remove(registry->connections, &connection);
  g_hash_table_remove(console->connections, &connection);
  return g_hash_table_size(console->connections) == 0;
}

void
console_registry_end(ConsoleRegistry *registry, Console *console)
{
  g_hash_table_remove(registry->consoles, console->grant->id);
}

gboolean
console_registry_has_session(ConsoleRegistry *registry, const char *session, const Console *but)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, registry->consoles);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Console *console = value;
    if (console != but && console->was_announced && g_str_equal(console->grant->session, session))
      return TRUE;
  }
  return FALSE;
}

gboolean
console_registry_has_desktop(ConsoleRegistry *registry, const char *desktop, const Console *but)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, registry->consoles);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    if (value != but && g_str_equal(((Console *)value)->grant->desktop, desktop))
      return TRUE;
  return FALSE;
}

void
console_registry_foreach(ConsoleRegistry *registry, ConsoleVisit visit, gpointer user_data)
{
  g_autoptr(GList) consoles = g_hash_table_get_values(registry->consoles);
  for (GList *at = consoles; at != NULL; at = at->next)
    visit(at->data, user_data);
}

guint
console_registry_size(ConsoleRegistry *registry)
{
  return g_hash_table_size(registry->consoles);
}

void
console_registry_free(ConsoleRegistry *registry)
{
  if (registry == NULL)
    return;
  g_hash_table_unref(registry->connections);
  g_hash_table_unref(registry->consoles);
  g_free(registry);
}
