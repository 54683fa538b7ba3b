/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the agent, shared by the files agent*.c alone.
 */
#pragma once

#include "common/api_client/trust_keeper.h"
#include "host/agent.h"
#include "host/agent_consoles.h"
#include "host/agent_images.h"
#include "host/boot_log_keeper.h"
#include "host/broker_link.h"
#include "host/broker_time.h"
#include "host/desktops.h"
#include "host/foreign_list.h"
#include "host/relay_control.h"
#include "host/result_memory.h"

struct Agent {
  AgentParts parts;
  const Identity *identity;
  char *boot_id;
  Workers *workers; /* desktops */
  BootLogKeeper *boot_logs;
  Workers *console_workers; /* channels: never behind a desktop that is being made */
  Desktops *desktops;
  AgentImages *images;
  ForeignList *foreign;
  AgentConsoles *consoles;
  TrustKeeper *trust;  /* as the link */
  BrokerLink *link;    /* NULL until the first look is over */
  RelayControl *relay; /* NULL until the broker's time is known */
  BrokerTime time;
  ResultMemory *results;
  GHashTable *told; /* desktop id -> epoch that the relay was told */
  JsonArray *grant_keys;
  JsonArray *revoked_keys; /* NULL: none that was told of */
  gint64 term;
  gboolean is_recovered, is_scanned, is_stopping;
  gint64 settle_deadline_us;
  guint settle_source;
};

/** Carries out @command and answers it, once or again. */
void agent_commands_take(Agent *agent, const HostCommand *command);

/** Hands a channel of the relay's client to a display; @fd is taken over. */
void agent_commands_open(Agent *agent, const RelayOpen *open, int fd);

/** Loads what an earlier agent kept of the broker: term, time, grant keys. */
void agent_broker_recall(Agent *agent);

/** Dials the broker; from then on its messages are obeyed. */
void agent_broker_link(Agent *agent);

/** Tells the broker which images there are; nothing while there is no link. So for @console. */
void agent_broker_send_images(Agent *agent);

/** Tells the broker what is on this host and not ours, and what is kept aside. */
void agent_broker_send_foreign(Agent *agent);

/** Tells the broker what the relay said of @console. */
void agent_broker_send_console(Agent *agent, const RelayConsole *console);

/** Starts the connection to the relay once the broker's time is known. */
void agent_relay_start(Agent *agent);

/** Sends @text (transfer full) to the relay, where there is a connection. */
void agent_relay_tell(Agent *agent, char *text);

/** Tells the relay of @desktop when there is something new: it takes consoles while its domain runs. */
void agent_relay_tell_desktop(Agent *agent, const HostDesktop *desktop);

/** Tells the relay of which brokers this host was told. */
void agent_relay_tell_brokers(Agent *agent);

/** Tells the relay that the desktop @id is gone. */
void agent_relay_tell_gone(Agent *agent, const char *id);
