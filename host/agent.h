/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's agent: what the broker says goes to the desktops and the relay, what they say goes to the
 * broker. Puts the parts together and owns them; each part knows only its own business.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/base/clock.h"
#include "common/net/credentials.h"
#include "host/desktop_job.h"

typedef struct Agent Agent;

/** What an agent is made of; all outlive it. */
typedef struct {
  const HostSettings *settings;
  Credentials *credentials;
  BrokerList *brokers; /**< borrowed; changed by what brokers tell */
  JobContext *context;
  const Clock *clock;
  void (*lost)(gpointer user_data); /**< the hypervisor's connection broke: end the program */
  gpointer user_data;
} AgentParts;

/** Starts: looks at what there is, then links with the broker and the relay. */
Agent *agent_new(const AgentParts *parts);

/** Whether the first look is over and the link to the broker is open. */
gboolean agent_is_ready(const Agent *agent);

/** What it counts, as Prometheus text (transfer full). */
char *agent_metrics(const Agent *agent);

/** Leaves the broker and takes no more commands. */
void agent_stop(Agent *agent);

/** How many pieces of work are still under way. */
guint agent_load(const Agent *agent);

/** Frees @agent (nullable); nothing may be under way. Guests and consoles live on. */
void agent_free(Agent *agent);
