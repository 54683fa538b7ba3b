/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public half of a key that a broker signs grants with, as the database knows it, and where it stands in
 * its life. Private halves are in the brokers' state folders alone.
 */
#pragma once

#include <glib.h>

typedef enum {
  GRANT_KEY_NEXT,     /**< published, signs nothing yet */
  GRANT_KEY_CURRENT,  /**< signs */
  GRANT_KEY_PREVIOUS, /**< published, signs nothing any more */
  GRANT_KEY_RETIRED,  /**< its time is over: grants of it are refused */
  GRANT_KEY_REVOKED,  /**< it was taken back: grants of it are refused */
} GrantKeyState;

typedef struct {
  char *id;
  char *broker;     /**< name of the one that signs with it */
  char *public_key; /**< base64url; "" of one that is retired or revoked */
  GrantKeyState state;
  gint64 created_us; /**< when it was published; 0 before that was written down */
  gint64 since_us;   /**< when it came to its state */
  gint64 asked_us;   /**< when somebody asked for another one in its place; 0: nobody did */
  char *reason;      /**< why it was revoked, "" else */
} GrantKeyRow;

/** The stable name of @state (static). */
const char *grant_key_state_name(GrantKeyState state);

/** The state of that @name (nullable); FALSE when there is none. */
gboolean grant_key_state_from_name(const char *name, GrantKeyState *ret_state);

/** Frees @row (nullable). */
void grant_key_row_free(GrantKeyRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrantKeyRow, grant_key_row_free)
