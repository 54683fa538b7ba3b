/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from the engine's threads to the owner's: a queue of letters that one GSource of the owner's main
 * context empties in order.
 */
#pragma once

#include <glib.h>

typedef struct RelayMailbox RelayMailbox;
typedef struct RelayLetter RelayLetter;

/** One thing to be told. Embed it as the first member. */
struct RelayLetter {
  void (*deliver)(RelayLetter *letter, gpointer user_data); /**< on the owner's thread */
  void (*discard)(RelayLetter *letter);                     /**< frees the letter, delivered or not */
};

/** A mailbox that delivers in @context with @user_data. */
RelayMailbox *relay_mailbox_new(GMainContext *context, gpointer user_data);

/** Puts @letter (transfer full) into the mailbox, from any thread. */
void relay_mailbox_put(RelayMailbox *mailbox, RelayLetter *letter);

/** Discards what was not delivered. No thread may put letters any more. */
void relay_mailbox_free(RelayMailbox *mailbox);
