/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every handler is handed: the services, and what the composition knows that services do not.
 */
#pragma once

#include "broker/api/replay_cache.h"
#include "broker/hostlink/authority.h"
#include "broker/service/services.h"

/** All borrowed. */
typedef struct {
  Services *services;
  const Authority *authority;
  ReplayCache *replays;                /**< answers to what was created */
  const Identity *identity;            /**< of this broker */
  guint (*count_hosts)(gpointer data); /**< how many host links are open */
  gpointer count_data;
  GMainContext *loop; /**< of the connections; set by the server */
} ApiContext;
