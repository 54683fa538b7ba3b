/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins that this broker has seen to be good, by the hash of their token: who may come back while the
 * database is away. At most KNOWN_SIGN_INS_MAX; beyond that the one goes that was noted first. What was
 * ended is forgotten before it is committed, and what was read before that is not taken: nobody comes back by
 * what is known here whom the database would refuse. Safe from any thread.
 */
#pragma once

#include "broker/model/user.h"

/** About 400 bytes each, its account included. */
#define KNOWN_SIGN_INS_MAX 32768

typedef struct KnownSignIns KnownSignIns;

/** One of them. */
typedef struct {
  User *user; /**< without groups */
  gint64 used_us;
  gint64 expires_us;
  gint64 factor_us; /**< when it was proven with a second factor, 0: never */
} KnownSignIn;

/** Knows nobody. */
KnownSignIns *known_sign_ins_new(void);

/** A number to be taken before the database is read, and given with what was read. */
guint64 known_sign_ins_stamp(KnownSignIns *known);

/** Notes what was read after @stamp was taken: @token_hash belongs to @user. Nothing is noted when sign-ins
 * of
 * @user were forgotten since. */
void known_sign_ins_put(KnownSignIns *known, guint64 stamp, const char *token_hash, const User *user,
                        gint64 used_us, gint64 expires_us, gint64 factor_us);

/** Who signed in with @token_hash (transfer full); NULL when that is not known. */
KnownSignIn *known_sign_ins_find(KnownSignIns *known, const char *token_hash);

/** Forgets the sign-ins of @user_id, "" for everybody's, some of which ended, or whose rights changed. Those
 * that are good are noted again when they are used. */
void known_sign_ins_forget(KnownSignIns *known, const char *user_id);

/** All sign-ins are about to be noted anew. */
void known_sign_ins_begin_load(KnownSignIns *known);

/** They are: forgets those that were not. */
void known_sign_ins_end_load(KnownSignIns *known);

/** How many there are. */
guint known_sign_ins_count(KnownSignIns *known);

/** Frees @sign_in (nullable). */
void known_sign_in_free(KnownSignIn *sign_in);

/** Frees @known (nullable). */
void known_sign_ins_free(KnownSignIns *known);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownSignIn, known_sign_in_free)
