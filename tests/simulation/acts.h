/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can happen in a simulated world, one act at a time: people who connect, repeat themselves and leave,
 * administrators, links, machines, clocks and deaths. Which act comes is chance.
 */
#pragma once

#include "tests/simulation/world.h"

/** Lets one act happen. */
void acts_take(World *world);

/** Heals every fault, waits till nothing is on its way, and notes how everything stands; then everybody
 * connects once more and logs off, and it is noted again. */
void acts_finish(World *world);
