/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brokers of a simulated installation as processes: how they are started, killed, stopped and let go on,
 * what they say to hosts, and who of them acts.
 */
#pragma once

#include "tests/simulation/world.h"

/** Makes the places of @world's brokers; none runs yet. */
void world_brokers_init(World *world);

/** Some broker that runs; NULL when none does. */
Broker *world_any_broker(World *world);

/** Some broker that waits after it was stopped; NULL when none does. */
Broker *world_stopped_broker(World *world);

/** Starts a broker at the place @broker, which is empty. FALSE when a fault keeps it from coming up. */
gboolean world_start_broker(World *world, Broker *broker);

/** @broker is about to do something; what follows is its doing until world_after(). */
void world_before(World *world, const Broker *broker);

/** What follows every act: a broker that died during it is buried, what the database holds is noted. */
void world_after(World *world, Broker *acting);

/** Lets @broker die now, also while it is stopped. */
void world_kill_broker(World *world, Broker *broker);

/** @broker ends in order. */
void world_end_broker(World *world, Broker *broker);

/** @broker is stopped; @course (transfer full, nullable) is what it was about. */
void world_stop_broker(World *world, Broker *broker, Course *course);

/** @broker, which is stopped, goes on. */
void world_resume_broker(World *world, Broker *broker);

/** The broker with @number; NULL when it is not there any more. */
Broker *world_find_broker(World *world, guint number);

/** The number of the broker whose process is called @instance; 0: it is not there any more. */
guint world_number_of(const World *world, const char *instance);

/** Frees what brokers there are. */
void world_brokers_clear(World *world);
