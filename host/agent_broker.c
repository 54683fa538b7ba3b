/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"
#include "host/agent_boot_log.h"
#include "host/agent_parts.h"
#include "host/term_file.h"

#include <string.h>

#define TERM_FILE    "term"
#define TIME_FILE    "broker-time"
#define BROKERS_FILE "brokers"

#define TRUST_EVERY_S 60 /* a broker says when there is news */

static void
send_hello(gpointer user_data)
{
  Agent *agent = user_data;
  const HostSettings *settings = agent->parts.settings;
  g_autoptr(GArray) images = agent_images_list(agent->images);
  g_autoptr(GArray) desktops = desktops_describe(agent->desktops);
  g_autoptr(GArray) consoles = agent_consoles_list(agent->consoles);
  g_autoptr(GArray) quarantined = desktops_quarantined(agent->desktops);
  g_autoptr(GArray) foreign = foreign_list_describe(agent->foreign);
  HostMessage message = {
      .type = HOST_MESSAGE_HELLO,
      .hello = {.versions = 1u << HOST_MESSAGE_VERSION,
                .host = agent->identity->name,
                .boot_id = agent->boot_id,
                .said_us = clock_boottime_us(agent->parts.clock),
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
                .quarantined_count = quarantined->len,
                .foreign = (HostForeign *)(void *)foreign->data,
                .foreign_count = foreign->len},
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

void
agent_broker_send_console(Agent *agent, const RelayConsole *console)
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

void
agent_broker_send_foreign(Agent *agent)
{
  g_autoptr(GArray) quarantined = desktops_quarantined(agent->desktops);
  g_autoptr(GArray) foreign = foreign_list_describe(agent->foreign);
  const HostMessage message = {.type = HOST_MESSAGE_FOREIGN,
                               .foreign = {.domains = (HostForeign *)(void *)foreign->data,
                                           .quarantined = (HostQuarantined *)(void *)quarantined->data,
                                           .domain_count = foreign->len,
                                           .quarantined_count = quarantined->len}};
  if (agent->link != NULL)
    broker_link_send(agent->link, &message);
}

void
agent_broker_send_images(Agent *agent)
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

/* Those that were revoked have no public half. */
static JsonArray *
keys_array(const HostGrantKey *keys, guint count)
{
  JsonArray *array = json_array_new();
  for (guint i = 0; i < count; i++) {
    JsonObject *key = json_object_new();
    json_object_set_string_member(key, "id", keys[i].id);
    if (keys[i].public_key != NULL)
      json_object_set_string_member(key, "public_key", keys[i].public_key);
    json_array_add_object_element(array, key);
  }
  return array;
}

static void
take_keys(Agent *agent, const HostKeys *keys)
{
  json_array_unref(agent->grant_keys);
  agent->grant_keys = keys_array(keys->grant_keys, keys->grant_key_count);
  g_clear_pointer(&agent->revoked_keys, json_array_unref);
  agent->revoked_keys = keys_array(keys->revoked_keys, keys->revoked_key_count);
  agent_relay_tell(agent, relay_message_keys(keys));
}

static void
take_time(Agent *agent, gint64 broker_time_ms)
{
  broker_time_set(&agent->time, broker_time_ms);
  agent_relay_tell(agent, relay_message_time(broker_time_ms));
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

/* They are kept, so that a host that starts while its own broker is away finds another one. */
static void
take_brokers(Agent *agent, const HostWelcome *welcome)
{
  g_autoptr(GPtrArray) urls = g_ptr_array_new();
  for (guint i = 0; i < welcome->broker_count; i++)
    g_ptr_array_add(urls, (gpointer)welcome->brokers[i].url);
  g_ptr_array_add(urls, NULL);
  if (!broker_list_learn(agent->parts.brokers, (const char *const *)urls->pdata))
    return;
  g_autofree char *path = host_settings_path(agent->parts.settings, BROKERS_FILE);
  broker_list_keep(agent->parts.brokers, path);
  agent_relay_tell_brokers(agent);
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
  take_brokers(agent, welcome);
  take_time(agent, welcome->broker_time_ms);
  keep_time(agent);
  const HostKeys keys = {welcome->grant_keys, welcome->revoked_keys, welcome->grant_key_count,
                         welcome->revoked_key_count};
  take_keys(agent, &keys);
  broker_link_set_heartbeat(agent->link, welcome->heartbeat_ms);
  desktops_match(agent->desktops, welcome->desktops, welcome->desktop_count);
  agent_relay_start(agent);
}

static void
on_time(Agent *agent, const HostMessage *message)
{
  take_time(agent, message->time.broker_time_ms);
}

static void
on_keys(Agent *agent, const HostMessage *message)
{
  take_keys(agent, &message->keys);
  trust_keeper_poke(agent->trust); /* they are told again when certificates were revoked, too */
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
  agent_broker_send_images(agent);
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

void
agent_broker_link(Agent *agent)
{
  static const BrokerLinkListener listener = {send_hello, on_broker_message, on_link_closed, send_heartbeat};
  const TrustKeeperParts trust = {agent->parts.credentials, agent->parts.brokers, TRUST_EVERY_S, NULL, NULL};
  agent->trust = trust_keeper_new(&trust);
  agent->link = broker_link_new(agent->parts.credentials, agent->parts.brokers, &listener, agent);
}

static void
recall_brokers(Agent *agent)
{
  g_autofree char *path = host_settings_path(agent->parts.settings, BROKERS_FILE);
  broker_list_recall(agent->parts.brokers, path);
}

void
agent_broker_recall(Agent *agent)
{
  g_autofree char *term_path = host_settings_path(agent->parts.settings, TERM_FILE);
  g_autofree char *time_path = host_settings_path(agent->parts.settings, TIME_FILE);
  agent->grant_keys = json_array_ref(credentials_grant_keys(agent->parts.credentials));
  agent->term = term_file_load(term_path);
  broker_time_init(&agent->time, agent->parts.clock);
  broker_time_load(&agent->time, time_path);
  recall_brokers(agent);
}
