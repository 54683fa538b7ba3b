/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this console channel be opened? The pure decision of the host that spends a grant: facts in, a verdict
 * with its code and sentence out (docs/protocols.md sections 2 and 3; invariant I3). No clock, no socket, no
 * disk.
 */
#pragma once

#include "common/base/error.h"
#include "common/spice/spice_channel.h"
#include "common/wire/epoch.h"

typedef struct {
  /* the grant, whose signature is good */
  gboolean names_this_relay;
  gboolean is_expired; /**< for a first use */
  Epoch grant_epoch;
  SpiceChannelSet channels;
  /* what is asked for */
  gboolean has_link; /**< FALSE before the client sent its link message */
  uint8_t channel_type;
  guint32 connection_id;
  /* the host's books */
  gboolean desktop_is_here;
  Epoch highest_epoch; /**< of the desktop, ever seen here */
  gboolean is_spent;
  gboolean main_lives; /**< the main channel that spent this very grant */
  gboolean session_is_known;
  guint32 session_id; /**< that main received from the server */
} ConsoleFacts;

typedef enum {
  CONSOLE_REFUSE,
  CONSOLE_READ_LINK,  /**< nothing speaks against it so far: have the link come */
  CONSOLE_OPEN_MAIN,  /**< spend the grant, cut older consoles of the desktop, raise the epoch, open */
  CONSOLE_OPEN_OTHER, /**< open one more channel of a console that lives */
} ConsoleVerdict;

typedef struct {
  ConsoleVerdict verdict;
  CarawayErrorCode code; /**< of a refusal */
  const char *detail;    /**< of a refusal: a sentence (static) */
} ConsoleDecision;

/** Decides about @facts. */
ConsoleDecision console_admission_decide(const ConsoleFacts *facts);
