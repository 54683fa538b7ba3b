/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do when getting a grant or opening a console failed: try again after a pause, or stop, and why.
 * Pure: error code and attempt in, an event of the state machine and a pause out. Chance is handed in.
 */
#pragma once

#include "client/model/client_state.h"
#include "common/base/error.h"

#define RECONNECT_FIRST_PAUSE_MS   250
#define RECONNECT_LONGEST_PAUSE_MS 3000
#define RECONNECT_OPENING_ATTEMPTS 8

typedef struct {
  ClientEvent event; /**< RETRY_LATER, IN_USE_ELSEWHERE, SESSION_ENDED, TOKEN_REJECTED or OPEN_FAILED */
  guint pause_ms;    /**< with RETRY_LATER: how long to wait before RETRY_DUE */
} ReconnectDecision;

/**
 * Decides after a failure. @state: OPENING (gives up after RECONNECT_OPENING_ATTEMPTS, so that the user gets
 * to see why) or RECONNECTING (goes on until the user leaves); @attempt: failures so far in this state, this
 * one included, from 1; @chance: 0 … 1, spreads clients that all lost the same portal over half of the pause.
 */
ReconnectDecision reconnect_policy_decide(ClientState state, CarawayErrorCode code, guint attempt,
                                          double chance);
