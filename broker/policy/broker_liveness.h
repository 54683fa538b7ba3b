/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a broker lives, as another one sees it: its beat in the database changes. Time is the observer's
 * own steady clock, so that no clock that is set or that differs matters; an observer that was stopped
 * itself, or cut off from the database, begins to count anew.
 */
#pragma once

#include <glib.h>

#define BROKER_BEAT_US ((gint64)1 * G_USEC_PER_SEC)     /**< between two beats, and two looks */
#define BROKER_GAP_US  ((gint64)5 * G_USEC_PER_SEC / 2) /**< between two looks: the observer was away */
#define BROKER_DEAD_US ((gint64)5 * G_USEC_PER_SEC)     /**< without a change: it is dead */

/** What is remembered of one broker; all zero before the first look. */
typedef struct {
  gint64 beat;
  gint64 changed_us; /**< when the beat was seen to change, or the count began */
  gint64 looked_us;  /**< 0: never */
} BrokerLiveness;

/** @before, after @beat was seen at @now_us (steady time, over 0). */
BrokerLiveness broker_liveness_look(const BrokerLiveness *before, gint64 beat, gint64 now_us);

/** Whether a broker that is remembered as @liveness is dead. */
gboolean broker_liveness_is_dead(const BrokerLiveness *liveness);
