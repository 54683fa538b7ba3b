/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/session_machine.h"

#define TO(name)                                                                                             \
  {                                                                                                          \
    SESSION_##name, SESSION_EFFECT_TELL                                                                      \
  }
#define STAY(name)                                                                                           \
  {                                                                                                          \
    SESSION_##name, SESSION_EFFECT_NONE                                                                      \
  }
#define END                                                                                                  \
  {                                                                                                          \
    SESSION_ENDED, SESSION_EFFECT_TELL | SESSION_EFFECT_RECYCLE                                              \
  }

/* Columns: WAIT, DESKTOP_READY, CONSOLE_OPENED, CONSOLE_CLOSED, END. A console that opens while we still wait
 * for "ready" proves that the desktop is there. */
static const SessionStep steps[SESSION_STATES][SESSION_EVENTS] = {
    [SESSION_REQUESTED] = {TO(PREPARING), TO(READY), TO(CONNECTED), STAY(REQUESTED), END},
    [SESSION_PREPARING] = {STAY(PREPARING), TO(READY), TO(CONNECTED), STAY(PREPARING), END},
    [SESSION_READY] = {STAY(READY), STAY(READY), TO(CONNECTED), TO(DISCONNECTED), END},
    [SESSION_CONNECTED] = {STAY(CONNECTED), STAY(CONNECTED), TO(CONNECTED), TO(DISCONNECTED), END},
    [SESSION_DISCONNECTED] = {STAY(DISCONNECTED), STAY(DISCONNECTED), TO(CONNECTED), STAY(DISCONNECTED), END},
    [SESSION_ENDED] = {STAY(ENDED), STAY(ENDED), STAY(ENDED), STAY(ENDED), STAY(ENDED)},
};

SessionStep
session_machine_step(SessionState state, SessionEvent event)
{
  return steps[state][event];
}
