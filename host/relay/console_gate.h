/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's door to its desktops: answers the engine's requests by verifying grants, asking
 * console_admission, noting what is spent and having the agent open the channel; cuts consoles whose time has
 * come and tells the agent of their lives. The one place where engine, registry, store and agent meet.
 */
#pragma once

#include "common/relay/relay_engine.h"
#include "host/relay/agent_port.h"
#include "host/relay/console_registry.h"
#include "host/relay/host_state.h"
#include "host/relay/key_finder.h"
#include "host/relay/redeemer.h"

typedef struct ConsoleGate ConsoleGate;

/** What the gate works with; all outlive it. */
typedef struct {
  HostState *state;
  SpentStore *store;
  AgentPort *agent;
  Redeemer *redeemer;
  KeyFinder *keys;
  const char *identity; /**< our own, "relay/kvm1" */
} ConsoleGateParts;

/** Counts since the start. */
typedef struct {
  guint64 opened, refused;
} ConsoleGateCounters;

/** Told whenever the last console has ended. */
typedef void (*ConsoleGateEmpty)(gpointer user_data);

/** A gate without an engine: set one with console_gate_set_engine() before any request can come. */
ConsoleGate *console_gate_new(const ConsoleGateParts *parts, ConsoleGateEmpty empty, gpointer user_data);

/** The engine whose requests console_gate_owner() answers. */
void console_gate_set_engine(ConsoleGate *gate, RelayEngine *engine);

/** The functions to hand to relay_engine_new(), with the gate as user data (static). */
const RelayOwner *console_gate_owner(void);

/** The agent has connected: tells it which consoles live. */
void console_gate_agent_connected(ConsoleGate *gate);

/** Takes a message of the agent; one that is not understood is logged. */
void console_gate_agent_message(ConsoleGate *gate, const char *type, JsonObject *message);

/** How many consoles live. */
guint console_gate_size(ConsoleGate *gate);

/** Reads the counters. */
ConsoleGateCounters console_gate_counters(const ConsoleGate *gate);

/** Frees @gate (nullable), after the engine, agent's port and store whose callbacks it answers. */
void console_gate_free(ConsoleGate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleGate, console_gate_free)
