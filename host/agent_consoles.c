/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_consoles.h"

struct AgentConsoles {
  GHashTable *by_session; /* session id -> Console */
};

typedef struct {
  char *session, *desktop, *client, *viewer;
} Console;

static void
console_free(gpointer data)
{
  Console *console = data;
  g_free(console->session);
  g_free(console->desktop);
  g_free(console->client);
  g_free(console->viewer);
  g_free(console);
}

AgentConsoles *
agent_consoles_new(void)
{
  AgentConsoles *consoles = g_new0(AgentConsoles, 1);
  consoles->by_session = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, console_free);
  return consoles;
}

void
agent_consoles_note(AgentConsoles *consoles, const RelayConsole *console)
{
  if (console->state == HOST_CONSOLE_DISCONNECTED) {
    g_hash_table_remove(consoles->by_session, console->session);
    return;
  }
  Console *copy = g_new0(Console, 1);
  copy->session = g_strdup(console->session);
  copy->desktop = g_strdup(console->desktop);
  copy->client = g_strdup(console->client);
  copy->viewer = g_strdup(console->viewer);
  g_hash_table_replace(consoles->by_session, copy->session, copy);
}

void
agent_consoles_replace(AgentConsoles *consoles, const RelayMessage *message)
{
  g_hash_table_remove_all(consoles->by_session);
  for (guint i = 0; i < message->session_count; i++)
    agent_consoles_note(consoles, &message->sessions[i]);
}

GArray *
agent_consoles_list(const AgentConsoles *consoles)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostConsole));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, consoles->by_session);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Console *console = value;
    const HostConsole entry = {.session = console->session,
                               .desktop = console->desktop,
                               .client = console->client,
                               .viewer = console->viewer,
                               .state = HOST_CONSOLE_CONNECTED};
    g_array_append_val(values, entry);
  }
  return values;
}

guint
agent_consoles_count(const AgentConsoles *consoles)
{
  return g_hash_table_size(consoles->by_session);
}

void
agent_consoles_free(AgentConsoles *consoles)
{
  if (consoles == NULL)
    return;
  g_hash_table_unref(consoles->by_session);
  g_free(consoles);
}
