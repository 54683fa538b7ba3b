/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a code is one of an account's second factor: taken once, inside the transaction of what it is
 * shown for. Owns how wrong ones are slowed down, and how many a sign-in that is pending survives.
 */
#pragma once

#include "broker/service/work.h"

/** What was shown. */
typedef struct {
  gboolean was_recovery;
  gint64 recovery_left; /**< recovery codes that are left; with @was_recovery */
} FactorProof;

/** Takes @code for the second factor of @user_id. Fails with CARAWAY_ERROR_WRONG_CODE; whoever began @work
 * ends it then, before factor_check_end(). */
gboolean factor_check_take(Work *work, const char *user_id, const char *code, FactorProof *ret_proof,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As factor_check_take() of a @secret that no code was taken of before: which step @code is of, and by how
 * much that clock is off. */
gboolean factor_check_first(const guint8 *secret, gint64 now_us, const char *code, gint64 *ret_step,
                            gint64 *ret_drift, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Begins a try of codes of @user_name from @address, which the next one ends;
 * CARAWAY_ERROR_THROTTLED. None of these inside a transaction. */
gboolean factor_check_begin(Services *services, const char *user_name, const char *address,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The try is over: @took_code, or with @problem (nullable). */
void factor_check_end(Services *services, const char *user_name, const char *address, gboolean took_code,
                      const GError *problem);

/** As factor_check_begin() of @caller, whom a sign-in that is not pending lets be slowed by its own tries
 * alone. */
gboolean factor_check_begin_of(Services *services, const Caller *caller,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As factor_check_end() of @caller; a sign-in that is pending ends with the fifth code that is wrong. */
void factor_check_end_of(Services *services, const Caller *caller, gboolean took_code, const GError *problem);

/** "by a code", or "by a recovery code, 3 left" (transfer full). */
char *factor_check_tell(const FactorProof *proof);
