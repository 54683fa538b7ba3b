/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_host_parts.h"

#include "broker/hostlink/command_text.h"
#include "broker/service/hosts/host_events.h"
#include "common/base/error.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/shared_database.h"
#include "tests/simulation/world_brokers.h"

#define OLD_LINKS_MAX 4

void
simulated_link_free(Link *link)
{
  if (link == NULL)
    return;
  g_queue_clear_full(&link->to_host, g_free);
  g_queue_clear_full(&link->to_broker, g_free);
  g_free(link);
}

/* NULL while it is stopped, or dead. */
static Broker *
running_broker(SimulatedHost *host, guint number)
{
  Broker *broker = world_find_broker(host->world, number);
  return broker != NULL && broker->services != NULL && !broker->is_stopped ? broker : NULL;
}

gboolean
simulated_host_is_linked(const SimulatedHost *host)
{
  return host->link != NULL && running_broker((SimulatedHost *)host, host->link->broker) != NULL;
}

static void
tell_silence(SimulatedHost *host, guint number, gint64 term)
{
  Broker *broker = running_broker(host, number);
  if (broker == NULL)
    return;
  world_before(host->world, broker);
  g_autoptr(GError) error = NULL;
  if (!host_events_silent(broker->services, host->name, term, &error))
    world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "silence not stored"});
  world_after(host->world, broker);
}

/* Whoever greets it now has waited too long. */
static void
hang_up(SimulatedHost *host)
{
  host->dials++;
  g_clear_pointer(&host->waiting, simulated_link_free);
}

void
simulated_host_cut(SimulatedHost *host, gboolean broker_notices)
{
  g_autofree Link *link = g_steal_pointer(&host->link);
  hang_up(host);
  if (link == NULL)
    return;
  guint number = link->broker;
  gint64 term = link->term;
  simulated_link_free(g_steal_pointer(&link));
  simulated_host_note(host, EVENT_LINK_DOWN, NULL, NULL);
  if (broker_notices)
    tell_silence(host, number, term);
}

void
simulated_host_lose_broker(SimulatedHost *host, const Broker *broker)
{
  for (guint i = host->old_links->len; i-- > 0;)
    if (((Link *)g_ptr_array_index(host->old_links, i))->broker == broker->number)
      g_ptr_array_remove_index(host->old_links, i);
  if (host->link != NULL && host->link->broker == broker->number)
    simulated_host_cut(host, FALSE);
}

void
simulated_host_drop_old_links(SimulatedHost *host)
{
  while (host->old_links->len > 0) {
    Link *link = g_ptr_array_steal_index(host->old_links, 0);
    guint number = link->broker;
    gint64 term = link->term;
    simulated_link_free(link);
    tell_silence(host, number, term);
  }
}

/* What was on it may still come, at either end. */
static void
give_up_link(SimulatedHost *host, const Broker *next)
{
  Link *link = g_steal_pointer(&host->link);
  if (link == NULL)
    return;
  simulated_host_note(host, EVENT_LINK_DOWN, NULL, NULL);
  if (link->broker == next->number || host->old_links->len >= OLD_LINKS_MAX)
    simulated_link_free(link); /* replaced there by the new one */
  else
    g_ptr_array_add(host->old_links, link);
}

Link *
simulated_host_pick_link(SimulatedHost *host, gboolean to_broker)
{
  g_autoptr(GPtrArray) waiting = g_ptr_array_new();
  for (guint i = 0; i <= host->old_links->len; i++) {
    Link *link = i < host->old_links->len ? g_ptr_array_index(host->old_links, i) : host->link;
    if (link == NULL || g_queue_is_empty(to_broker ? &link->to_broker : &link->to_host))
      continue;
    if (!to_broker || running_broker(host, link->broker) != NULL)
      g_ptr_array_add(waiting, link);
  }
  return waiting->len > 0 ? g_ptr_array_index(waiting, chance_below(waiting->len)) : NULL;
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
                                   .said_us = clock_boottime_us(&host->world->clock.clock) + host->dials,
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
                                     .term = host->link->term,
                                     .broker_time_ms = host->world->clock.wall_us / 1000,
                                     .heartbeat_ms = 5000,
                                     .desktops = desktops,
                                     .desktop_count = known->len}};
  g_queue_push_tail(&host->link->to_host, host_message_build(&message));
}

static gboolean
be_welcomed(SimulatedHost *host, Broker *broker, const HostGreeting *greeting)
{
  g_autoptr(GError) error = NULL;
  host->link = g_steal_pointer(&host->waiting);
  host->link->broker = broker->number;
  host->link->term = greeting->term;
  push_welcome(host, broker, greeting->desktops);
  world_note(host->world, (Event){.kind = EVENT_LINK_UP, .host = host->name, .number = greeting->term});
  return host_events_welcomed(broker->services, host->name, greeting->term, &error);
}

/* A dial replaces a link that the broker still believes in, as the newest does in the hub. Who waited too
 * long for the welcome has hung up. */
gboolean
simulated_host_dial(SimulatedHost *host, Broker *broker)
{
  give_up_link(host, broker);
  hang_up(host);
  guint dial = host->dials;
  host->waiting = g_new0(Link, 1);
  g_autofree char *text = build_hello(host);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) hello = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  world_before(host->world, broker);
  g_autoptr(HostGreeting) greeting = host_events_hello(broker->services, host->name, &hello->hello, &error);
  gboolean greeted = greeting != NULL && !database_faults_is_dead();
  gboolean waits = dial == host->dials;
  gboolean welcome = greeted && waits && be_welcomed(host, broker, greeting);
  world_after(host->world, broker);
  if (waits && !welcome)
    hang_up(host);
  if (greeted && !waits)
    tell_silence(host, broker->number, greeting->term);
  return welcome && host->link != NULL;
}

static Link *
link_of(SimulatedHost *host, const Broker *broker)
{
  if (host->link != NULL && host->link->broker == broker->number)
    return host->link;
  for (guint i = host->old_links->len; i-- > 0;) {
    Link *link = g_ptr_array_index(host->old_links, i);
    if (link->broker == broker->number)
      return link;
  }
  return NULL;
}

void
simulated_host_drop_link(SimulatedHost *host, const Broker *broker, gint64 term)
{
  Link *link = link_of(host, broker);
  if (link == NULL || link->term > term)
    return;
  if (link == host->link)
    simulated_host_cut(host, FALSE);
  else
    g_ptr_array_remove(host->old_links, link);
}

void
simulated_host_renew(SimulatedHost *host, const Broker *broker)
{
  if (host->link != NULL && host->link->broker == broker->number && host->link->has_lost)
    simulated_host_cut(host, FALSE);
}

gboolean
simulated_host_deliver(SimulatedHost *host, const Broker *broker, const char *text)
{
  Link *link = link_of(host, broker);
  if (link == NULL)
    return FALSE;
  g_queue_push_tail(&link->to_host, command_text_with_term(text, link->term));
  return TRUE;
}

static gboolean
take_event(Services *services, const char *host, gint64 term, const HostMessage *message, GError **error)
{
  switch (message->type) {
  case HOST_MESSAGE_HEARTBEAT:
    return host_events_heartbeat(services, host, term, &message->heartbeat.capacity, error);
  case HOST_MESSAGE_RESULT:
    return host_events_result(services, host, term, &message->result, error);
  case HOST_MESSAGE_DESKTOP:
    return host_events_desktop(services, host, term, &message->desktop, error);
  case HOST_MESSAGE_DESKTOP_GONE:
    return host_events_desktop_gone(services, host, term, &message->desktop_gone, error);
  case HOST_MESSAGE_CONSOLE:
    return host_events_console(services, host, term, &message->console, error);
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

/* The link with @term, if it is there still. */
static Link *
find_link(SimulatedHost *host, gint64 term)
{
  if (host->link != NULL && host->link->term == term)
    return host->link;
  for (guint i = 0; i < host->old_links->len; i++) {
    Link *link = g_ptr_array_index(host->old_links, i);
    if (link->term == term)
      return link;
  }
  return NULL;
}

/* As the hub: a link that does not count is closed, and a host whose event could not be stored dials once
 * more when the database is back. */
static void
take_refusal(SimulatedHost *host, gint64 term, const GError *error)
{
  Link *link = find_link(host, term);
  if (link == NULL)
    return;
  if (was_not_stored(error))
    link->has_lost = TRUE;
  else if (!g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH))
    return;
  else if (link == host->link)
    simulated_host_cut(host, TRUE);
  else
    g_ptr_array_remove(host->old_links, link);
}

gboolean
simulated_host_be_heard(SimulatedHost *host)
{
  Link *link = simulated_host_pick_link(host, TRUE);
  if (link == NULL)
    return FALSE;
  g_autofree char *text = g_queue_pop_head(&link->to_broker);
  Broker *broker = running_broker(host, link->broker);
  gint64 term = link->term;
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  if (message == NULL)
    g_error("a host's message cannot be read: %s: %s", error->message, text);
  if (message->type == HOST_MESSAGE_HEARTBEAT) {
    HostMessage time = {.type = HOST_MESSAGE_TIME,
                        .time = {.broker_time_ms = host->world->clock.wall_us / 1000}};
    g_queue_push_tail(&link->to_host, host_message_build(&time));
  }
  world_before(host->world, broker);
  guint commits = shared_database_commits(broker->number);
  gboolean taken = take_event(broker->services, host->name, term, message, &error);
  if (taken && shared_database_commits(broker->number) != commits)
    world_note(host->world, (Event){.kind = EVENT_HEARD,
                                    .host = host->name,
                                    .number = term,
                                    .wanted = stopping_was_stopped_within()});
  world_after(host->world, broker);
  if (!taken)
    take_refusal(host, term, error);
  return TRUE;
}

gboolean
simulated_host_heartbeat(SimulatedHost *host)
{
  HostMessage message = {.type = HOST_MESSAGE_HEARTBEAT,
                         .heartbeat = {.capacity = {64, 131072, 131072, 100000}}};
  simulated_host_say(host, &message);
  return host->link != NULL;
}
