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

#define WORLD_BROKERS 1
#define WORLD_HOSTS   2
#define WORLD_USERS   5
#define WORLD_POOL    "office"

typedef struct World World;
typedef struct SimulatedHost SimulatedHost;
typedef struct Observer Observer;

/** One broker process. */
typedef struct {
  HostSender sender; /* first: deliver() finds the broker by it */
  GrantSigner signer;
  World *world;
  guint number;
  Services *services; /**< NULL while it is dead */
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
  SimulatedHost *hosts[WORLD_HOSTS];
  Person people[WORLD_USERS];
  Caller *administrator;
  Observer *observer;
  guint calls;
  guint keys;
  gboolean trace;
  gboolean is_healed;  /**< nothing fails any more */
  Grant *signed_grant; /**< (nullable) the last one that a broker signed */
};

/** Makes the database that every run begins with, in @folder, and returns its path (transfer full). */
char *world_make_template(const char *folder);

/** A world that begins with a copy of @template; @trace prints events as they come. */
World *world_new(const char *template, const char *database, gboolean trace);

/** Notes @event with the time that it is. */
void world_note(World *world, Event event);

/** The number of the next call. */
guint world_next_call(World *world);

/** Some broker that lives; NULL when none does. */
Broker *world_any_broker(World *world);

/** Starts @broker, which is dead. FALSE when a fault keeps it from coming up. */
gboolean world_start_broker(World *world, Broker *broker);

/** What follows every act: a broker that died during it is buried, what the database holds is noted. */
void world_after(World *world, Broker *acting);

/** Lets @broker die now. */
void world_kill_broker(World *world, Broker *broker);

/** Frees @world (nullable) and its database. */
void world_free(World *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
