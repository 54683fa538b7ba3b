/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files of a simulated host share: itself, and how it notes and says things.
 */
#pragma once

#include "tests/simulation/simulated_host.h"
#include "tests/simulation/simulated_machine.h"

/* A connection with a broker. One that the host gave up may live on where the broker does not know so yet. */
typedef struct {
  guint broker;              /* its number */
  gint64 term;               /* of its greeting */
  gboolean has_lost;         /* told something that could not be stored */
  GQueue to_host, to_broker; /* of JSON text */
} Link;

struct SimulatedHost {
  World *world;
  char *name;
  guint boots;
  GPtrArray *machines;  /* of Machine */
  GPtrArray *destroyed; /* of Machine: tombstones */
  GHashTable *spent;    /* set of ids of grants */
  gint64 highest_term;
  gint64 told_time_us;    /* steady time when the next was told */
  gint64 broker_ahead_us; /* broker's wall clock over our steady one, when it was last told */
  Link *link;             /* nullable */
  Link *waiting;          /* (nullable) one that was greeted on; what is said meanwhile waits on it */
  GPtrArray *old_links;   /* of Link */
  Link *answering;        /* (nullable) whose command is carried out now */
  guint dials;            /* so far: a greeting that comes after the next was tried finds nobody */
};

/** Notes an event of @host about @desktop (nullable). */
void simulated_host_note(SimulatedHost *host, EventKind kind, const char *desktop, const char *text);

/** Puts @message on the link, if there is one or one is greeted on; answers go where the command came from.
 */
void simulated_host_say(SimulatedHost *host, const HostMessage *message);

/** The link whose oldest message to the host comes next, or to its broker if @to_broker; NULL: none waits
 * whose broker can hear it. */
Link *simulated_host_pick_link(SimulatedHost *host, gboolean to_broker);

/** The machine of @desktop among @machines; NULL when there is none. */
Machine *simulated_host_find(const GPtrArray *machines, const char *desktop);

/** Some machine that is ready if @running, else one that is at work; NULL when none is. */
Machine *simulated_host_pick(SimulatedHost *host, gboolean running);

/** Tells that a console of @machine was opened or closed. */
void simulated_host_say_console(SimulatedHost *host, const Machine *machine, gboolean open);

/** Closes the console of @machine, if one is open, and tells so. */
void simulated_host_close(SimulatedHost *host, Machine *machine);

/** Frees @link (nullable) with what is on it. */
void simulated_link_free(Link *link);
