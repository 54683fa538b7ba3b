/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_host_parts.h"

#include "broker/hostlink/command_text.h"
#include "broker/service/hosts/host_events.h"
#include "common/base/error.h"
#include "tests/simulation/database_faults.h"

static void
clear_queue(GQueue *queue)
{
  g_queue_clear_full(queue, g_free);
}

void
simulated_host_cut(SimulatedHost *host, gboolean broker_notices)
{
  Broker *broker = host->broker;
  if (broker == NULL)
    return;
  host->broker = NULL;
  clear_queue(&host->to_host);
  clear_queue(&host->to_broker);
  simulated_host_note(host, EVENT_LINK_DOWN, NULL, NULL);
  if (!broker_notices || broker->services == NULL)
    return;
  g_autoptr(GError) error = NULL;
  if (!host_events_silent(broker->services, host->name, host->term, &error))
    world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "silence not stored"});
  world_after(host->world, broker);
}

static char *
build_hello(SimulatedHost *host)
{
  guint count = host->machines->len, consoles = 0;
  g_autofree HostDesktop *desktops = g_new0(HostDesktop, count + 1);
  g_autofree HostConsole *open = g_new0(HostConsole, count + 1);
  g_autofree char *boot_id = g_strdup_printf("boot-%u", host->boots);
  for (guint i = 0; i < count; i++) {
    const Machine *machine = g_ptr_array_index(host->machines, i);
    machine_describe(machine, &desktops[i]);
    if (machine->console != NULL)
      open[consoles++] = (HostConsole){.session = machine->console,
                                       .desktop = machine->record->id,
                                       .client = "198.51.100.7",
                                       .viewer = "native",
                                       .state = HOST_CONSOLE_CONNECTED};
  }
  HostImage image = {.name = WORLD_POOL, .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
  HostMessage message = {.type = HOST_MESSAGE_HELLO,
                         .hello = {.versions = 1u << HOST_MESSAGE_VERSION,
                                   .host = host->name,
                                   .boot_id = boot_id,
                                   .agent_version = "0.1.0",
                                   .accelerator = HOST_ACCELERATOR_KVM,
                                   .accelerator_reason = "simulated",
                                   .capacity = {64, 131072, 131072, 100000},
                                   .relay = {"192.0.2.10", 8444},
                                   .images = &image,
                                   .image_count = 1,
                                   .desktops = desktops,
                                   .desktop_count = count,
                                   .consoles = open,
                                   .console_count = consoles}};
  return host_message_build(&message);
}

static void
push_welcome(SimulatedHost *host, const Broker *broker, const GPtrArray *known)
{
  g_autofree HostDesktopRef *desktops = g_new0(HostDesktopRef, known->len + 1);
  for (guint i = 0; i < known->len; i++) {
    const Desktop *desktop = g_ptr_array_index(known, i);
    desktops[i] = (HostDesktopRef){desktop->id, desktop->epoch};
  }
  HostMessage message = {.type = HOST_MESSAGE_WELCOME,
                         .welcome = {.version = HOST_MESSAGE_VERSION,
                                     .installation = services_installation(broker->services),
                                     .term = host->term,
                                     .broker_time_ms = host->world->clock.wall_us / 1000,
                                     .heartbeat_ms = 5000,
                                     .desktops = desktops,
                                     .desktop_count = known->len}};
  g_queue_push_tail(&host->to_host, host_message_build(&message));
}

/* A dial replaces a link that the broker still believes in, as the newest does in the hub. */
gboolean
simulated_host_dial(SimulatedHost *host, Broker *broker)
{
  clear_queue(&host->to_host);
  clear_queue(&host->to_broker);
  host->broker = NULL;
  g_autofree char *text = build_hello(host);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) hello = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_autoptr(HostGreeting) greeting = host_events_hello(broker->services, host->name, &hello->hello, &error);
  gboolean welcome = greeting != NULL && !database_faults_is_dead();
  if (welcome) {
    host->broker = broker;
    host->term = greeting->term;
    host->has_lost = FALSE;
    push_welcome(host, broker, greeting->desktops);
    simulated_host_note(host, EVENT_LINK_UP, NULL, NULL);
    welcome = host_events_welcomed(broker->services, host->name, host->term, &error);
  }
  world_after(host->world, broker);
  return welcome && host->broker != NULL;
}

void
simulated_host_drop_link(SimulatedHost *host, const Broker *broker, gint64 term)
{
  if (host->broker == broker && host->term <= term)
    simulated_host_cut(host, FALSE);
}

void
simulated_host_renew(SimulatedHost *host, const Broker *broker)
{
  if (host->broker == broker && host->has_lost)
    simulated_host_cut(host, FALSE);
}

gboolean
simulated_host_deliver(SimulatedHost *host, const char *text)
{
  g_queue_push_tail(&host->to_host, command_text_with_term(text, host->term));
  return TRUE;
}

static gboolean
take_event(Services *services, const SimulatedHost *host, const HostMessage *message, GError **error)
{
  switch (message->type) {
  case HOST_MESSAGE_HEARTBEAT:
    return host_events_heartbeat(services, host->name, host->term, &message->heartbeat.capacity, error);
  case HOST_MESSAGE_RESULT:
    return host_events_result(services, host->name, host->term, &message->result, error);
  case HOST_MESSAGE_DESKTOP:
    return host_events_desktop(services, host->name, host->term, &message->desktop, error);
  case HOST_MESSAGE_DESKTOP_GONE:
    return host_events_desktop_gone(services, host->name, host->term, &message->desktop_gone, error);
  case HOST_MESSAGE_CONSOLE:
    return host_events_console(services, host->name, host->term, &message->console, error);
  default:
    g_assert_not_reached();
  }
}

static gboolean
was_not_stored(const GError *error)
{
  return g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
}

/* As the hub: a host whose event could not be stored dials once more when the database is back. */
gboolean
simulated_host_be_heard(SimulatedHost *host)
{
  g_autofree char *text = g_queue_pop_head(&host->to_broker);
  if (text == NULL)
    return FALSE;
  Broker *broker = host->broker;
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  if (message == NULL)
    g_error("a host's message cannot be read: %s: %s", error->message, text);
  if (message->type == HOST_MESSAGE_HEARTBEAT) {
    HostMessage time = {.type = HOST_MESSAGE_TIME,
                        .time = {.broker_time_ms = host->world->clock.wall_us / 1000}};
    g_queue_push_tail(&host->to_host, host_message_build(&time));
  }
  gboolean taken = take_event(broker->services, host, message, &error);
  world_after(host->world, broker);
  if (!taken && g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH))
    simulated_host_cut(host, TRUE);
  host->has_lost |= !taken && was_not_stored(error);
  return TRUE;
}

gboolean
simulated_host_heartbeat(SimulatedHost *host)
{
  HostMessage message = {.type = HOST_MESSAGE_HEARTBEAT,
                         .heartbeat = {.capacity = {64, 131072, 131072, 100000}}};
  simulated_host_say(host, &message);
  return host->broker != NULL;
}
