/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition of caraway-broker: opens everything in order, runs it, and takes it down in the reverse
 * order.
 */
#pragma once

#include "common/base/config.h"

typedef struct Broker Broker;

/** The keys of broker.conf (static). */
const ConfigKey *broker_config_keys(void);

/** Opens the state folder, the database and the authority; makes them at the first start. Nothing listens
 * yet. */
Broker *broker_open(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the first administrator @name with @password. */
gboolean broker_create_administrator(Broker *broker, const char *name, const char *password,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the second factor of the account @name away, whose owner lost it with all recovery codes and has
 * nobody else to do it; its sign-ins and access tokens end. */
gboolean broker_remove_second_factor(Broker *broker, const char *name,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A join token for @role ("host" or "portal"), good for an hour (transfer full; free with secret_free()). */
char *broker_create_join_token(Broker *broker, const char *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Listens and serves until SIGTERM or SIGINT. */
gboolean broker_run(Broker *broker, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Closes everything and frees @broker (nullable). */
void broker_free(Broker *broker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broker, broker_free)
