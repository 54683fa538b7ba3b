/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One simulated installation: real brokers (services) on a real SQLite file, hosts and people that exist only
 * here, one clock, one history. Everything is single threaded and decided by the seed. Owns what there is and
 * how it is started and lost; what happens to it is decided by the acts.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/services.h"
#include "tests/simulation/history.h"
#include "tests/simulation/stopping.h"

#define WORLD_BROKERS 2 /* at most */
#define WORLD_HOSTS   2
#define WORLD_USERS   5
#define WORLD_POOL    "office"

typedef struct World World;
typedef struct SimulatedHost SimulatedHost;
typedef struct Observer Observer;

/** The place of a broker process, and the process that runs there. */
typedef struct {
  HostSender sender; /* first: deliver() finds the broker by it */
  GrantSigner signer;
  World *world;
  guint number;        /**< of the process: none has one that another had */
  char name[16];       /**< by which the others know it; kept by who follows one that ended in order */
  Services *services;  /**< NULL while it is dead */
  gboolean is_stopped; /**< as by SIGSTOP: nothing of it happens */
  Course *course;      /**< (nullable) what it was about when it was stopped */
  Grant *signed_grant; /**< (nullable) the last that it signed */
} Broker;

/** Somebody with one account and two devices. */
typedef struct {
  const char *name;
  Caller *devices[2];
  char *key;             /**< of the last request to connect */
  gboolean wants_answer; /**< it is not known what became of it */
  gboolean is_out;       /**< was disabled or lost the pool at some time */
  char *session;         /**< (nullable) the last that was answered */
  GPtrArray *grants;     /**< of Grant: what was handed out, used or not */
} Person;

struct World {
  History *history;
  FakeClock clock;
  char *database;
  Broker brokers[WORLD_BROKERS];
  guint broker_count;   /**< of them that there are */
  guint broker_numbers; /**< given out so far */
  guint acting;         /**< number of the broker that does something now; 0: none */
  SimulatedHost *hosts[WORLD_HOSTS];
  Person people[WORLD_USERS];
  Caller *administrator;
  Observer *observer;
  GPtrArray *kept;
  guint calls;
  guint keys;
  gboolean trace;
  gboolean is_healed; /**< nothing fails any more */
};

/** Makes the database that every run begins with, in @folder, and returns its path (transfer full). */
char *world_make_template(const char *folder);

/** A world that begins with a copy of @template; @trace prints events as they come. */
World *world_new(const char *template, const char *database, gboolean trace);

/** Notes @event with the time that it is. */
void world_note(World *world, Event event);

/** The number of the next call. */
guint world_next_call(World *world);

/** Zeroed memory of @size bytes that lives as long as @world . */
gpointer world_keep(World *world, gsize size);

/** Frees @world (nullable) and its database. */
void world_free(World *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
