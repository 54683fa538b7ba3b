/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a code is one of an account's second factor: taken once, inside the transaction of what it is
 * shown for. Owns how wrong ones are slowed down.
 */
#pragma once

#include "broker/service/work.h"

/** What was shown. */
typedef struct {
  gboolean was_recovery;
  gint64 recovery_left; /**< recovery codes that are left; with @was_recovery */
} FactorProof;

/** Takes @code for the second factor of @user_id. Fails with CARAWAY_ERROR_WRONG_CODE; whoever began @work
 * ends it then and calls factor_check_failed(). */
gboolean factor_check_take(Work *work, const char *user_id, const char *code, FactorProof *ret_proof,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As factor_check_take() of a @secret that no code was taken of before: which step @code is of, and by how
 * much that clock is off. */
gboolean factor_check_first(const guint8 *secret, gint64 now_us, const char *code, gint64 *ret_step,
                            gint64 *ret_drift, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether codes of @user_name may be tried from @address now, else CARAWAY_ERROR_THROTTLED. Not inside a
 * transaction, as the next two. */
gboolean factor_check_may_try(Services *services, const char *user_name, const char *address,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Counts a try that ended with @problem, if that was a wrong code. */
void factor_check_failed(Services *services, const char *user_name, const char *address,
                         const GError *problem);

/** A try was right. */
void factor_check_succeeded(Services *services, const char *user_name, const char *address);

/** The name under which tries of codes of @user_name are counted, apart from passwords (transfer full): a
 * right password must not make free what wrong codes cost. */
char *factor_check_throttle_name(const char *user_name);

/** "by a code", or "by a recovery code, 3 left" (transfer full). */
char *factor_check_tell(const FactorProof *proof);
