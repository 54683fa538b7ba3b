/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a desktop's assignment moves: kind of its pool × assignment × event → assignment, effects. Once
 * recycling, none comes back: what a user touched in a floating desktop is not handed on (INVARIANTS I5).
 * What a dedicated desktop's owner left in it is lost only when an administrator or the pool's own rule says
 * so, and a machine that was there before us is never destroyed.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/pool.h"

typedef enum {
  DESKTOP_EVENT_READY,           /**< it can be shown */
  DESKTOP_EVENT_CLAIM,           /**< connecting gives it to a user */
  DESKTOP_EVENT_ASSIGN,          /**< an administrator gives it to a user */
  DESKTOP_EVENT_OPEN,            /**< its owner begins a session */
  DESKTOP_EVENT_LEAVE,           /**< its session ends, but nobody asked to sign out of it */
  DESKTOP_EVENT_LOG_OFF_RECLONE, /**< its user signs out, and the pool says: make it anew */
  DESKTOP_EVENT_LOG_OFF_KEEP,    /**< … keep it up */
  DESKTOP_EVENT_LOG_OFF_STOP,    /**< … shut it down */
  DESKTOP_EVENT_OFF,             /**< its machine was switched off */
  DESKTOP_EVENT_FAIL,            /**< its machine crashed or does not start */
  DESKTOP_EVENT_UNMADE,          /**< it failed before anybody worked with it: nothing is lost */
  DESKTOP_EVENT_UNASSIGN,        /**< an administrator takes it from its owner */
  DESKTOP_EVENT_RETIRE,          /**< it is not wanted any more */
  DESKTOP_EVENT_GONE,            /**< its host does not have it */
  DESKTOP_EVENTS
} DesktopEvent;

typedef enum {
  DESKTOP_EFFECT_NONE = 0,
  DESKTOP_EFFECT_RAISE_EPOCH = 1 << 0,   /**< what opened it before opens it no more */
  DESKTOP_EFFECT_DESTROY = 1 << 1,       /**< tell its host to */
  DESKTOP_EFFECT_RELEASE = 1 << 2,       /**< tell its host to forget it and let it be */
  DESKTOP_EFFECT_FORGET = 1 << 3,        /**< delete the row */
  DESKTOP_EFFECT_SESSION_READY = 1 << 4, /**< its session may open a console */
  DESKTOP_EFFECT_SESSION_END = 1 << 5,   /**< with its console */
  DESKTOP_EFFECT_SIGN_OUT = 1 << 6,      /**< tell the guest to sign its user out */
  DESKTOP_EFFECT_SHUT_DOWN = 1 << 7,     /**< tell the guest to switch off */
  DESKTOP_EFFECT_REMAKE = 1 << 8,        /**< once it is gone, make another for the same owner */
  DESKTOP_EFFECT_MISS = 1 << 9,          /**< it stays in the books, as lost */
  DESKTOP_EFFECT_REFUSE = 1 << 10,       /**< this event is not possible now */
} DesktopEffects;

typedef struct {
  Assignment assignment;
  DesktopEffects effects;
} DesktopStep;

/** What @event does to a desktop with @assignment of a pool of @kind. */
DesktopStep desktop_machine_step(PoolKind kind, Assignment assignment, DesktopEvent event);

/** The event of signing out of a desktop of a pool with @on_logoff. */
DesktopEvent desktop_machine_log_off(PoolLogoff on_logoff);
