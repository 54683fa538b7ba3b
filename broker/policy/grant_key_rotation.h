/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a broker changes the key that it signs grants with: the next one is published first and signs once
 * every verifier can know it; the one before is kept till the last grant that it signed has ended. Facts in,
 * a step out. Waiting is counted in steady time, so that a clock that is set cuts no overlap short.
 */
#pragma once

#include "broker/model/grant_key_row.h"

/** What a grant may live at most before its first use, and by how much clocks of hosts may be off. */
#define GRANT_KEY_GRANT_LIFE_US (120 * (gint64)G_USEC_PER_SEC)
#define GRANT_KEY_TOLERANCE_US  (60 * (gint64)G_USEC_PER_SEC)

typedef struct {
  gboolean has_current; /**< a private key that counts */
  gint64 signs_us;      /**< for how long it has been signing, by the database's clock */
  gboolean is_asked;    /**< somebody asked for another one */
  gboolean has_next;    /**< with its private half, published */
  gint64 next_known_us; /**< for how long, in steady time */
  gint64 life_us;       /**< a key signs for so long; 0: until somebody asks */
  gint64 overlap_us;
} GrantKeyFacts;

typedef enum {
  GRANT_KEY_STEP_WAIT,   /**< nothing is to be done now */
  GRANT_KEY_STEP_MAKE,   /**< make the next key and publish it */
  GRANT_KEY_STEP_SWITCH, /**< sign with the next key from now on */
} GrantKeyStep;

/** What is to be done next. */
GrantKeyStep grant_key_rotation_step(const GrantKeyFacts *facts);

/** How long a key is kept for verifiers after it signed for the last time. */
gint64 grant_key_rotation_keep_us(gint64 overlap_us);

/** Where the key in the state @state belongs, which its broker holds as its current (@is_current) or next
 * (@is_next) one, or not at all; @is_over tells that it was kept long enough. */
GrantKeyState grant_key_rotation_settle(GrantKeyState state, gboolean is_current, gboolean is_next,
                                        gboolean is_over);
