/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and administrators ask of a broker. Each function notes what was asked and what was answered,
 * and looks after the broker that may have died of it.
 */
#pragma once

#include "tests/simulation/world.h"

/** How a request goes. */
typedef struct {
  guint device;
  gboolean repeat; /**< with the key of the last request */
  gboolean take_over;
  gboolean drop_answer; /**< the answer is lost on its way */
} Manner;

/** @person connects to the pool at @broker ; TRUE when a session was answered. */
gboolean people_connect(Broker *broker, Person *person, Manner manner);

/** @person logs off from the last session that was answered. */
void people_log_off(Broker *broker, Person *person, Manner manner);

/** @person asks for one of disconnect, restart, reset, lock. */
void people_control(Broker *broker, Person *person, Manner manner);

/** @person asks for a grant for the last session that was answered, and keeps it. */
void people_ask_grant(Broker *broker, Person *person, Manner manner);

/** An administrator sets the size of the pool. */
void people_resize(Broker *broker, gint64 size, Manner manner);

/** An administrator disables or enables @person. */
void people_disable(Broker *broker, Person *person, gboolean disabled, Manner manner);

/** An administrator takes the pool away from @person or gives it back. */
void people_entitle(Broker *broker, Person *person, gboolean entitled, Manner manner);

/** An administrator deletes some desktop; nothing happens when there is none. */
void people_delete_desktop(Broker *broker, Manner manner);
