/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/agent_boot_log.h"
#include "host/agent_parts.h"
#include "host/hypervisor/machine.h"
#include "host/term_file.h"

#include <string.h>
#include <unistd.h>

#define CONSOLE_WORKERS 4
#define SETTLE_US       (2 * G_USEC_PER_SEC)
#define SETTLE_LOOK_MS  100
#define TERM_FILE       "term"
#define TIME_FILE       "broker-time"

/* To the relay */

static void
tell_relay(Agent *agent, char *text)
{
  if (agent->relay != NULL)
    relay_control_send(agent->relay, text);
  else
    g_free(text);
}

/* Tells the relay of a desktop only when there is something new: it takes consoles while its domain runs. */
static void
tell_relay_of(Agent *agent, const char *id, gboolean is_open, Epoch epoch)
{
  const char *told = g_hash_table_lookup(agent->told, id);
  if (!is_open) {
    if (told != NULL)
      tell_relay(agent, relay_message_desktop_gone(id));
    g_hash_table_remove(agent->told, id);
    return;
  }
  g_autofree char *text = epoch_text(epoch);
  if (g_strcmp0(told, text) == 0)
    return;
  tell_relay(agent, relay_message_desktop(id, epoch));
  g_hash_table_replace(agent->told, g_strdup(id), g_steal_pointer(&text));
}

static gboolean
takes_consoles(const HostDesktop *desktop)
{
  return desktop->power == HOST_POWER_UP || desktop->power == HOST_POWER_STARTING;
}

/* The grant keys as values; texts borrowed from the array. */
static GArray *
key_values(JsonArray *keys)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostGrantKey));
  for (guint i = 0; i < json_array_get_length(keys); i++) {
    JsonObject *key = json_array_get_object_element(keys, i);
    const HostGrantKey value = {json_object_get_string_member(key, "id"),
                                json_object_get_string_member(key, "public_key")};
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
      .desktops = (HostDesktopRef *)(void *)refs->data,
      .desktop_count = refs->len,
      .broker_time_ms = broker_time_now_ms(&agent->time),
  };
  tell_relay(agent, relay_message_state(&state));
}

static void
send_console(Agent *agent, const RelayConsole *console)
{
  const HostMessage message = {.type = HOST_MESSAGE_CONSOLE,
                               .console = {.session = console->session,
                                           .desktop = console->desktop,
                                           .client = console->client,
                                           .viewer = console->viewer,
                                           .state = console->state,
                                           .reason = console->reason}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
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
    send_console(agent, &message->console);
    return;
  }
  agent_consoles_replace(agent->consoles, message);
  for (guint i = 0; i < message->session_count; i++)
    send_console(agent, &message->sessions[i]);
}

static void
on_relay_disconnected(gpointer user_data)
{
  /* Its consoles live on if it does; if it died, its next list says that they are gone. */
}

static void
start_relay(Agent *agent)
{
  static const RelayControlListener listener = {on_relay_connected, on_relay_message, on_relay_disconnected};
  if (agent->relay == NULL && agent->time.is_known)
    agent->relay = relay_control_new(agent->parts.settings->relay_socket, &listener, agent);
}

/* To the broker */

static void
send_hello(gpointer user_data)
{
  Agent *agent = user_data;
  const HostSettings *settings = agent->parts.settings;
  g_autoptr(GArray) images = agent_images_list(agent->images);
  g_autoptr(GArray) desktops = desktops_describe(agent->desktops);
  g_autoptr(GArray) consoles = agent_consoles_list(agent->consoles);
  g_autoptr(GArray) quarantined = desktops_quarantined(agent->desktops);
  HostMessage message = {
      .type = HOST_MESSAGE_HELLO,
      .hello = {.versions = 1u << HOST_MESSAGE_VERSION,
                .host = agent->identity->name,
                .boot_id = agent->boot_id,
                .agent_version = CARAWAY_VERSION,
                .accelerator = g_atomic_int_get(&agent->parts.context->accelerator),
                .accelerator_reason = agent_images_accelerator_reason(agent->images),
                .relay = {settings->relay_address, settings->relay_port},
                .images = (HostImage *)(void *)images->data,
                .image_count = images->len,
                .desktops = (HostDesktop *)(void *)desktops->data,
                .desktop_count = desktops->len,
                .consoles = (HostConsole *)(void *)consoles->data,
                .console_count = consoles->len,
                .quarantined = (HostQuarantined *)(void *)quarantined->data,
                .quarantined_count = quarantined->len},
  };
  desktops_capacity(agent->desktops, &message.hello.capacity);
  broker_link_send(agent->link, &message);
}

static void
send_heartbeat(gpointer user_data)
{
  Agent *agent = user_data;
  HostMessage message = {.type = HOST_MESSAGE_HEARTBEAT};
  desktops_capacity(agent->desktops, &message.heartbeat.capacity);
  broker_link_send(agent->link, &message);
}

static void
send_images(Agent *agent)
{
  g_autoptr(GArray) images = agent_images_list(agent->images);
  const HostMessage message = {
      .type = HOST_MESSAGE_IMAGES,
      .images = {.images = (HostImage *)(void *)images->data, .image_count = images->len}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
}

static void
on_boot_log(gint64 request, const char *text, gpointer user_data)
{
  Agent *agent = user_data;
  const HostMessage message = {.type = HOST_MESSAGE_BOOT_LOG, .boot_log = {request, text}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
}

/* From the broker */

static void
take_keys(Agent *agent, HostGrantKey *keys, guint count)
{
  json_array_unref(agent->grant_keys);
  agent->grant_keys = json_array_new();
  for (guint i = 0; i < count; i++) {
    JsonObject *key = json_object_new();
    json_object_set_string_member(key, "id", keys[i].id);
    json_object_set_string_member(key, "public_key", keys[i].public_key);
    json_array_add_object_element(agent->grant_keys, key);
  }
  tell_relay(agent, relay_message_keys(keys, count));
}

static void
take_time(Agent *agent, gint64 broker_time_ms)
{
  broker_time_set(&agent->time, broker_time_ms);
  tell_relay(agent, relay_message_time(broker_time_ms));
}

static void
keep_time(Agent *agent)
{
  g_autofree char *path = host_settings_path(agent->parts.settings, TIME_FILE);
  g_autofree char *text = broker_time_text(&agent->time);
  g_autoptr(GError) error = NULL;
  if (!g_file_set_contents(path, text, -1, &error))
    log_warning("the broker's time is not kept: %s", error->message);
}

static void
take_term(Agent *agent, gint64 term)
{
  if (term <= agent->term)
    return;
  agent->term = term;
  g_autofree char *path = host_settings_path(agent->parts.settings, TERM_FILE);
  term_file_save(path, term);
}

static void
on_welcome(Agent *agent, const HostMessage *message)
{
  const HostWelcome *welcome = &message->welcome;
  if (strcmp(welcome->installation, agent->identity->installation) != 0 ||
      welcome->version != HOST_MESSAGE_VERSION || welcome->term < agent->term) {
    log_error("the broker is of another installation, an older term or another version; it is not obeyed");
    broker_link_redial(agent->link);
    return;
  }
  take_term(agent, welcome->term);
  take_time(agent, welcome->broker_time_ms);
  keep_time(agent);
  take_keys(agent, welcome->grant_keys, welcome->grant_key_count);
  broker_link_set_heartbeat(agent->link, welcome->heartbeat_ms);
  desktops_match(agent->desktops, welcome->desktops, welcome->desktop_count);
  start_relay(agent);
}

static void
on_time(Agent *agent, const HostMessage *message)
{
  take_time(agent, message->time.broker_time_ms);
}

static void
on_keys(Agent *agent, const HostMessage *message)
{
  take_keys(agent, message->keys.grant_keys, message->keys.grant_key_count);
}

static void
on_command(Agent *agent, const HostMessage *message)
{
  agent_commands_take(agent, &message->command);
}

static void
on_boot_log_request(Agent *agent, const HostMessage *message)
{
  agent_boot_log_read(agent->parts.settings, agent->workers, message->boot_log_request.desktop,
                      message->boot_log_request.request, on_boot_log, agent);
}

static void
on_images_request(Agent *agent, const HostMessage *message)
{
  send_images(agent);
  agent_images_scan(agent->images);
}

static void
on_broker_message(const HostMessage *message, gpointer user_data)
{
  static void (*const takers[HOST_MESSAGE_TYPES])(Agent * agent, const HostMessage *message) = {
      [HOST_MESSAGE_WELCOME] = on_welcome,
      [HOST_MESSAGE_TIME] = on_time,
      [HOST_MESSAGE_KEYS] = on_keys,
      [HOST_MESSAGE_COMMAND] = on_command,
      [HOST_MESSAGE_BOOT_LOG_REQUEST] = on_boot_log_request,
      [HOST_MESSAGE_IMAGES_REQUEST] = on_images_request,
  };
  if (takers[message->type] != NULL)
    takers[message->type](user_data, message);
  else
    log_warning("the broker sent a message that only hosts send");
}

static void
on_link_closed(gpointer user_data)
{
  /* Desktops and consoles go on; the next hello says everything anew. */
}

/* Desktops */

static void
on_desktop_changed(const HostDesktop *desktop, gpointer user_data)
{
  Agent *agent = user_data;
  const HostMessage message = {.type = HOST_MESSAGE_DESKTOP, .desktop = *desktop};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
  tell_relay_of(agent, desktop->id, takes_consoles(desktop), desktop->epoch);
}

static void
on_desktop_gone(const char *id, Epoch epoch, const char *reason, gpointer user_data)
{
  Agent *agent = user_data;
  const HostMessage message = {.type = HOST_MESSAGE_DESKTOP_GONE, .desktop_gone = {id, epoch, reason}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
  tell_relay_of(agent, id, FALSE, epoch);
}

/* The start: look, let what was taken over speak, then link. */

static gboolean
on_settle_look(gpointer data)
{
  Agent *agent = data;
  if (!desktops_are_heard(agent->desktops) &&
      clock_boottime_us(agent->parts.clock) < agent->settle_deadline_us)
    return G_SOURCE_CONTINUE;
  static const BrokerLinkListener listener = {send_hello, on_broker_message, on_link_closed, send_heartbeat};
  const char *url = agent->parts.settings->broker_url;
  agent->settle_source = 0;
  agent->link =
      broker_link_new(agent->parts.credentials,
                      url != NULL ? url : credentials_broker_url(agent->parts.credentials), &listener, agent);
  return G_SOURCE_REMOVE;
}

static void
start_when_known(Agent *agent)
{
  if (!agent->is_recovered || !agent->is_scanned || agent->is_stopping || agent->link != NULL ||
      agent->settle_source != 0)
    return;
  /* What was taken over is told as it is, not as starting: its guests get a moment to answer. */
  start_relay(agent);
  agent->settle_deadline_us = clock_boottime_us(agent->parts.clock) + SETTLE_US;
  agent->settle_source = g_timeout_add(SETTLE_LOOK_MS, on_settle_look, agent);
}

static void
on_recovered(gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_recovered = TRUE;
  start_when_known(agent);
}

static void
on_scanned(gboolean images_changed, gboolean accelerator_changed, gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_scanned = TRUE;
  start_when_known(agent);
  if (agent->link != NULL && accelerator_changed)
    broker_link_redial(agent->link);
  else if (images_changed)
    send_images(agent);
}

static void
on_hypervisor_event(const char *id, HypervisorEvent event, gpointer user_data)
{
  Agent *agent = user_data;
  if (event == HYPERVISOR_LOST)
    agent->parts.lost(agent->parts.user_data);
  else
    desktops_take_event(agent->desktops, id, event);
}

Agent *
agent_new(const AgentParts *parts)
{
  static const DesktopsListener desktops_listener = {on_recovered, on_desktop_changed, on_desktop_gone};
  static const AgentImagesListener images_listener = {on_scanned};
  Agent *agent = g_new0(Agent, 1);
  agent->parts = *parts;
  agent->identity = credentials_identity(parts->credentials);
  agent->boot_id = machine_boot_id();
  agent->workers = workers_new(parts->settings->workers);
  agent->console_workers = workers_new(CONSOLE_WORKERS);
  agent->consoles = agent_consoles_new();
  agent->results = result_memory_new();
  agent->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  agent->grant_keys = json_array_ref(credentials_grant_keys(parts->credentials));
  g_autofree char *term_path = host_settings_path(parts->settings, TERM_FILE);
  agent->term = term_file_load(term_path);
  g_autofree char *time_path = host_settings_path(parts->settings, TIME_FILE);
  broker_time_init(&agent->time, parts->clock);
  broker_time_load(&agent->time, time_path);
  agent->desktops = desktops_new(parts->context, agent->workers, parts->clock, agent->identity->installation,
                                 &desktops_listener, agent);
  agent->images = agent_images_new(parts->context, &images_listener, agent);
  hypervisor_listen(parts->context->hypervisor, on_hypervisor_event, agent);
  agent_images_scan(agent->images);
  desktops_recover(agent->desktops);
  return agent;
}

gboolean
agent_is_ready(const Agent *agent)
{
  return agent->link != NULL && broker_link_is_open(agent->link) &&
         hypervisor_is_alive(agent->parts.context->hypervisor);
}

static void
add_metric(GString *text, const char *name, const char *help, gint64 value)
{
  g_string_append_printf(text, "# HELP %s %s\n# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", name, help, name,
                         name, value);
}

char *
agent_metrics(const Agent *agent)
{
  GString *text = g_string_new(NULL);
  HostCapacity capacity;
  desktops_capacity(agent->desktops, &capacity);
  g_autoptr(GArray) desktops = desktops_describe(agent->desktops);
  guint by_power[HOST_POWER_FAILED + 1] = {0};
  for (guint i = 0; i < desktops->len; i++)
    by_power[g_array_index(desktops, HostDesktop, i).power]++;
  g_string_append(text,
                  "# HELP caraway_host_desktops Desktops by power\n# TYPE caraway_host_desktops gauge\n");
  for (guint i = 0; i <= HOST_POWER_FAILED; i++)
    g_string_append_printf(text, "caraway_host_desktops{power=\"%s\"} %u\n", host_power_name((HostPower)i),
                           by_power[i]);
  add_metric(text, "caraway_host_consoles", "Consoles that live", agent_consoles_count(agent->consoles));
  add_metric(text, "caraway_host_memory_free_mib", "Memory left for desktops", capacity.memory_free_mib);
  add_metric(text, "caraway_host_disk_free_mib", "Disk left for overlays", capacity.disk_free_mib);
  add_metric(text, "caraway_host_jobs", "Work under way", agent_load(agent));
  add_metric(text, "caraway_host_broker_linked", "Whether the broker is linked",
             agent->link != NULL && broker_link_is_open(agent->link));
  add_metric(text, "caraway_host_relay_connected", "Whether the relay is connected",
             agent->relay != NULL && relay_control_is_connected(agent->relay));
  return g_string_free(text, FALSE);
}

void
agent_stop(Agent *agent)
{
  agent->is_stopping = TRUE;
  if (agent->settle_source != 0)
    g_source_remove(agent->settle_source);
  agent->settle_source = 0;
  g_clear_pointer(&agent->link, broker_link_free);
}

guint
agent_load(const Agent *agent)
{
  return workers_load(agent->workers) + workers_load(agent->console_workers) +
         (agent_images_is_busy(agent->images) ? 1 : 0);
}

void
agent_free(Agent *agent)
{
  if (agent == NULL)
    return;
  agent_stop(agent);
  hypervisor_listen(agent->parts.context->hypervisor, NULL, NULL);
  relay_control_free(agent->relay);
  desktops_free(agent->desktops);
  agent_images_free(agent->images);
  workers_free(agent->workers);
  workers_free(agent->console_workers);
  agent_consoles_free(agent->consoles);
  result_memory_free(agent->results);
  g_hash_table_unref(agent->told);
  json_array_unref(agent->grant_keys);
  g_free(agent->boot_id);
  g_free(agent);
}
