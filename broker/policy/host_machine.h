/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a host moves: state × event → state, effects.
 */
#pragma once

#include "broker/model/host.h"

typedef enum {
  HOST_EVENT_HELLO,   /**< opened its link */
  HOST_EVENT_SILENT,  /**< its link broke */
  HOST_EVENT_GIVE_UP, /**< was silent for HOST_GIVE_UP_US */
  HOST_EVENTS
} HostEvent;

/** After so long without a link nobody waits for a host any more. */
#define HOST_GIVE_UP_US (60 * (gint64)G_USEC_PER_SEC)

/** After so long a user is given another desktop instead of being asked to wait for theirs. */
#define HOST_PATIENCE_US (30 * (gint64)G_USEC_PER_SEC)

typedef enum {
  HOST_EFFECT_NONE = 0,
  HOST_EFFECT_TELL = 1 << 0,      /**< sessions there are told */
  HOST_EFFECT_LOSE = 1 << 1,      /**< its free desktops do not count any more */
  HOST_EFFECT_RECONCILE = 1 << 2, /**< compare what it says with what is known */
} HostEffects;

typedef struct {
  HostState state;
  HostEffects effects;
} HostStep;

/** What @event does in @state. */
HostStep host_machine_step(HostState state, HostEvent event);
