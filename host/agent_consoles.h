/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consoles that live on this host, as its relay tells: what a hello lists. Plain table.
 */
#pragma once

#include "common/wire/host_message.h"
#include "host/relay_message.h"

typedef struct AgentConsoles AgentConsoles;

/** An empty table. */
AgentConsoles *agent_consoles_new(void);

/** Takes over what the relay says of one console. */
void agent_consoles_note(AgentConsoles *consoles, const RelayConsole *console);

/** Replaces all by the list of @message. */
void agent_consoles_replace(AgentConsoles *consoles, const RelayMessage *message);

/** All as values (GArray of HostConsole, transfer full; texts borrowed until something changes). */
GArray *agent_consoles_list(const AgentConsoles *consoles);

/** How many there are. */
guint agent_consoles_count(const AgentConsoles *consoles);

/** Frees @consoles (nullable). */
void agent_consoles_free(AgentConsoles *consoles);
