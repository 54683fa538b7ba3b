/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts caraway-relay together from its configuration: identity, books, agent's socket, gate, engine, metrics.
 */
#pragma once

#include "common/base/config.h"
#include "common/base/daemon.h"

typedef struct RelayProgram RelayProgram;

/** The keys of relay.conf (static). */
const ConfigKey *relay_program_keys(void);

/** Starts everything. Errors say which key, file or port is wrong. */
RelayProgram *relay_program_new(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Where it listens, for people (transfer full). */
char *relay_program_address(const RelayProgram *program);

/** Takes no new consoles, and calls daemon_quit() once the last has ended. */
void relay_program_drain(RelayProgram *program, Daemon *daemon);

/** Cuts what lives, and frees (nullable). */
void relay_program_free(RelayProgram *program);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayProgram, relay_program_free)
