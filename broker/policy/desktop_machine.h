/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a floating desktop's assignment moves: assignment × event → assignment, effects. Once recycling, it
 * never comes back: what a user touched is not handed on (INVARIANTS I5).
 */
#pragma once

#include "broker/model/desktop.h"

typedef enum {
  DESKTOP_EVENT_READY,  /**< it can be shown */
  DESKTOP_EVENT_CLAIM,  /**< a user is given it */
  DESKTOP_EVENT_RETIRE, /**< its session ended, or it is not wanted any more */
  DESKTOP_EVENT_FAIL,   /**< its machine stopped or could not be made */
  DESKTOP_EVENT_GONE,   /**< it is no longer there */
  DESKTOP_EVENTS
} DesktopEvent;

typedef enum {
  DESKTOP_EFFECT_NONE = 0,
  DESKTOP_EFFECT_RAISE_EPOCH = 1 << 0,
  DESKTOP_EFFECT_DESTROY = 1 << 1,       /**< tell its host to */
  DESKTOP_EFFECT_FORGET = 1 << 2,        /**< delete the row */
  DESKTOP_EFFECT_SESSION_READY = 1 << 3, /**< its session may open a console */
  DESKTOP_EFFECT_SESSION_END = 1 << 4,
  DESKTOP_EFFECT_REFUSE = 1 << 5, /**< this event is not possible now */
} DesktopEffects;

typedef struct {
  Assignment assignment;
  DesktopEffects effects;
} DesktopStep;

/** What @event does to a desktop with @assignment. */
DesktopStep desktop_machine_step(Assignment assignment, DesktopEvent event);
