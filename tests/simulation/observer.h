/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the database beside the brokers, without their code, and notes what changed since it looked last.
 */
#pragma once

#include "tests/simulation/world.h"

/** Opens @database for reading. */
Observer *observer_new(World *world, const char *database);

/** Notes every desktop and session that is new, different or gone. */
void observer_look(Observer *observer);

/** Something that is on its way (transfer full): a command that waits, a desktop that is not ready, a host
 * that is not up; NULL when everything rests. */
char *observer_unrest(Observer *observer);

/** Frees @observer (nullable). */
void observer_free(Observer *observer);
