/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins that were ended while the database was away: they count no more at this broker from that moment,
 * and are ended in the database when it is back (database_return.h). Bounded. Safe from any thread.
 */
#pragma once

#include "broker/model/caller.h"

#include <glib.h>

#define AWAY_SIGN_OUTS_MAX 32768

typedef struct AwaySignOuts AwaySignOuts;

/** One of them. */
typedef struct {
  char *token_hash;
  char *user_id;
  char *user_name;
  char *address;
  gint64 time_us; /**< when */
} AwaySignOut;

/** None. */
AwaySignOuts *away_sign_outs_new(void);

/** The sign-in of @caller ended at @time_us. FALSE: there is no place. */
gboolean away_sign_outs_add(AwaySignOuts *outs, const Caller *caller,
                            gint64 time_us) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the sign-in with @token_hash was ended, and the database does not know yet. */
gboolean away_sign_outs_has(AwaySignOuts *outs, const char *token_hash);

/** At most @limit of them, which stay: an array of AwaySignOut (transfer full). */
GPtrArray *away_sign_outs_peek(AwaySignOuts *outs, guint limit);

/** The database knows @written, an array of AwaySignOut. */
void away_sign_outs_drop(AwaySignOuts *outs, const GPtrArray *written);

/** Frees @outs (nullable). */
void away_sign_outs_free(AwaySignOuts *outs);
