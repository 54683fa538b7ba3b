/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to brokers and to time. Each act returns FALSE when it cannot happen now.
 */
#pragma once

#include "tests/simulation/world_brokers.h"

/** One turn of some broker's background thread. */
gboolean acts_tick(World *world);

/** What was committed is told and delivered by some broker, as far as it heard of it. */
gboolean acts_catch_up(World *world);

/** A beat of some broker that has others beside it. */
gboolean acts_beat(World *world);

/** Notices on their way to some broker arrive, or are lost. */
gboolean acts_carry_notices(World *world);

/** A broker is started where none is. */
gboolean acts_start_broker(World *world);

/** A broker is killed, also one that is stopped. */
gboolean acts_kill_broker(World *world);

/** A broker ends in order. */
gboolean acts_end_broker(World *world);

/** A broker is stopped between two things that it does. */
gboolean acts_stop_broker(World *world);

/** A broker that was stopped goes on. */
gboolean acts_resume_broker(World *world);

/** The database will fail, or the broker die, at some step. */
gboolean acts_arm_fault(World *world);

/** Some time passes, in which those who run beat. */
gboolean acts_let_time_pass(World *world);

/** The wall clock is set. */
gboolean acts_set_clock(World *world);

/** Every broker that runs takes its turns: beat, background thread, change feed. */
void acts_turn_brokers(World *world);

/** All beat for @seconds, long enough to find out who is dead. */
void acts_watch(World *world, guint seconds);
