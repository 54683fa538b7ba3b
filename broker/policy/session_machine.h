/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a session moves: state × event → state, effects.
 */
#pragma once

#include "broker/model/session.h"

typedef enum {
  SESSION_EVENT_WAIT,          /**< was given a desktop that is being made */
  SESSION_EVENT_DESKTOP_READY, /**< its desktop can be shown */
  SESSION_EVENT_CONSOLE_OPENED,
  SESSION_EVENT_CONSOLE_CLOSED,
  SESSION_EVENT_END,
  SESSION_EVENTS
} SessionEvent;

typedef enum {
  SESSION_EFFECT_NONE = 0,
  SESSION_EFFECT_TELL = 1 << 0,    /**< something changed: tell who listens */
  SESSION_EFFECT_RECYCLE = 1 << 1, /**< its desktop is used up */
} SessionEffects;

typedef struct {
  SessionState state;
  SessionEffects effects;
} SessionStep;

/** What @event does in @state. */
SessionStep session_machine_step(SessionState state, SessionEvent event);
