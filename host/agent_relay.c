/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_parts.h"

#include <unistd.h>

void
agent_relay_tell(Agent *agent, char *text)
{
  if (agent->relay != NULL)
    relay_control_send(agent->relay, text);
  else
    g_free(text);
}

/* Tells the relay of a desktop only when there is something new: it takes consoles while its domain runs. */
static void
tell_of(Agent *agent, const char *id, gboolean is_open, Epoch epoch)
{
  const char *told = g_hash_table_lookup(agent->told, id);
  if (!is_open) {
    if (told != NULL)
      agent_relay_tell(agent, relay_message_desktop_gone(id));
    g_hash_table_remove(agent->told, id);
    return;
  }
  g_autofree char *text = epoch_text(epoch);
  if (g_strcmp0(told, text) == 0)
    return;
  agent_relay_tell(agent, relay_message_desktop(id, epoch));
  g_hash_table_replace(agent->told, g_strdup(id), g_steal_pointer(&text));
}

static gboolean
takes_consoles(const HostDesktop *desktop)
{
  return desktop->power == HOST_POWER_UP || desktop->power == HOST_POWER_STARTING;
}

/* The keys in @keys (nullable) as values; texts borrowed from the array. */
static GArray *
key_values(JsonArray *keys)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostGrantKey));
  for (guint i = 0; keys != NULL && i < json_array_get_length(keys); i++) {
    JsonObject *key = json_array_get_object_element(keys, i);
    const HostGrantKey value = {json_object_get_string_member(key, "id"),
                                json_object_get_string_member_with_default(key, "public_key", NULL)};
    g_array_append_val(values, value);
  }
  return values;
}

static void
on_relay_connected(gpointer user_data)
{
  Agent *agent = user_data;
  g_autoptr(GArray) desktops = desktops_describe(agent->desktops);
  g_autoptr(GArray) refs = g_array_new(FALSE, TRUE, sizeof(HostDesktopRef));
  g_autoptr(GArray) keys = key_values(agent->grant_keys);
  g_autoptr(GArray) revoked = key_values(agent->revoked_keys);
  g_hash_table_remove_all(agent->told);
  for (guint i = 0; i < desktops->len; i++) {
    const HostDesktop *desktop = &g_array_index(desktops, HostDesktop, i);
    if (!takes_consoles(desktop))
      continue;
    const HostDesktopRef ref = {desktop->id, desktop->epoch};
    g_array_append_val(refs, ref);
    g_hash_table_replace(agent->told, g_strdup(desktop->id), epoch_text(desktop->epoch));
  }
  const RelayState state = {
      .installation = agent->identity->installation,
      .host = agent->identity->name,
      .grant_keys = (HostGrantKey *)(void *)keys->data,
      .grant_key_count = keys->len,
      .revoked_keys = (HostGrantKey *)(void *)revoked->data,
      .revoked_key_count = revoked->len,
      .desktops = (HostDesktopRef *)(void *)refs->data,
      .desktop_count = refs->len,
      .broker_time_ms = broker_time_now_ms(&agent->time),
  };
  agent_relay_tell(agent, relay_message_state(&state));
  agent_relay_tell_brokers(agent);
}

/* It asks a broker itself, and knows by its configuration perhaps one of them. */
void
agent_relay_tell_brokers(Agent *agent)
{
  g_autofree char *learned = broker_list_learned(agent->parts.brokers);
  g_auto(GStrv) urls = g_strsplit(learned, " ", BROKER_LIST_MAX);
  agent_relay_tell(agent, relay_message_brokers((const char *const *)urls));
}

static void
on_relay_message(const RelayMessage *message, int fd, gpointer user_data)
{
  Agent *agent = user_data;
  if (message->type == RELAY_MESSAGE_OPEN) {
    agent_commands_open(agent, &message->open, fd);
    return;
  }
  if (fd >= 0)
    close(fd);
  if (message->type == RELAY_MESSAGE_CONSOLE) {
    agent_consoles_note(agent->consoles, &message->console);
    if (message->console.state == HOST_CONSOLE_CONNECTED)
      desktops_unlock(agent->desktops, message->console.desktop);
    agent_broker_send_console(agent, &message->console);
    return;
  }
  agent_consoles_replace(agent->consoles, message);
  for (guint i = 0; i < message->session_count; i++)
    agent_broker_send_console(agent, &message->sessions[i]);
}

static void
on_relay_disconnected(gpointer user_data)
{
  /* Its consoles live on if it does; if it died, its next list says that they are gone. */
}

void
agent_relay_start(Agent *agent)
{
  static const RelayControlListener listener = {on_relay_connected, on_relay_message, on_relay_disconnected};
  if (agent->relay == NULL && agent->time.is_known)
    agent->relay = relay_control_new(agent->parts.settings->relay_socket, &listener, agent);
}

void
agent_relay_tell_desktop(Agent *agent, const HostDesktop *desktop)
{
  tell_of(agent, desktop->id, takes_consoles(desktop), desktop->epoch);
}

void
agent_relay_tell_gone(Agent *agent, const char *id)
{
  tell_of(agent, id, FALSE, (Epoch){0});
}
