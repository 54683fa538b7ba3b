/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files of a simulated host share: itself, and how it notes and says things.
 */
#pragma once

#include "tests/simulation/simulated_host.h"
#include "tests/simulation/simulated_machine.h"

struct SimulatedHost {
  World *world;
  char *name;
  guint boots;
  GPtrArray *machines;  /* of Machine */
  GPtrArray *destroyed; /* of Machine: tombstones */
  GHashTable *spent;    /* set of ids of grants */
  gint64 highest_term;
  gint64 told_time_us;       /* steady time when the next was told */
  gint64 broker_ahead_us;    /* broker's wall clock over our steady one, when it was last told */
  Broker *broker;            /* NULL: no link */
  gboolean has_lost;         /* told something that could not be stored */
  gint64 term;               /* of the link */
  GQueue to_host, to_broker; /* of JSON text */
};

/** Notes an event of @host about @desktop (nullable). */
void simulated_host_note(SimulatedHost *host, EventKind kind, const char *desktop, const char *text);

/** Puts @message on the link, if there is one. */
void simulated_host_say(SimulatedHost *host, const HostMessage *message);
