/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One's own second factor: setting it up, proving it in a sign-in that is pending, recovery codes, turning it
 * off. Owns which of these a sign-in may do as it stands; wrong codes are slowed down by account and address
 * and are in the audit log, codes and secrets never.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/second_factor.h"
#include "broker/service/people/sign_in_entry.h"

/** What the owner of a second factor sees of it. */
typedef struct {
  gboolean enabled;  /**< one is set up */
  gboolean required; /**< it cannot be turned off */
  gint64 since_us;   /**< when it was set up, 0: it is not */
  gint64 recovery_left;
} FactorState;

/** Fills @ret_state for the account of @caller. */
gboolean second_factor_state(Services *services, const Caller *caller, FactorState *ret_state,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A secret that waits for its first code; both members are secret. */
typedef struct {
  char *secret; /**< in base32, to be typed into an app */
  char *uri;    /**< the same and more, to be shown as a picture */
} FactorDraft;

/**
 * Makes a secret for @caller, which counts once second_factor_confirm() got a code of it. @password
 * (nullable) must be the caller's but where setting up is all that its sign-in may do, or where there is no
 * password that could be asked for; @code (nullable) one of the second factor that is to be replaced, where
 * there is one. With neither the sign-in has to be recent (CARAWAY_ERROR_SIGN_IN_EXPIRED). @place (nullable):
 * what the app shows it is for. Fails with CARAWAY_ERROR_BAD_CREDENTIALS, CARAWAY_ERROR_WRONG_CODE,
 * CARAWAY_ERROR_THROTTLED, CARAWAY_ERROR_SECOND_FACTOR_PENDING.
 */
FactorDraft *second_factor_begin(Services *services, const Caller *caller, const char *password,
                                 const char *code, const char *place,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes the secret that waits count, as @code is of it: its recovery codes are returned (transfer full;
 * recovery_codes_free()), other sign-ins of the account end. @device as in SignInEntry. @ret_sign_in: the
 * sign-in in place of the caller's where that was pending, else NULL. CARAWAY_ERROR_CONFLICT when none waits.
 */
GStrv second_factor_confirm(Services *services, const Caller *caller, const char *code, const char *device,
                            SignIn **ret_sign_in, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Proves the pending sign-in of @caller with @code: returns the sign-in in its place, whose token is
 * another. @device as in SignInEntry. */
SignIn *second_factor_verify(Services *services, const Caller *caller, const char *code, const char *device,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Replaces the recovery codes of @caller, who shows @code (transfer full; recovery_codes_free()). */
GStrv second_factor_renew_recovery(Services *services, const Caller *caller, const char *code,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether second_factor_begin() and second_factor_turn_off() ask a directory, which may take its time. */
gboolean second_factor_may_wait(Services *services, const Caller *caller, gboolean *ret_may_wait,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Turns the second factor of @caller off, who shows @password (nullable where there is none that could be
 * asked for) and @code; ends the other sign-ins.
 * CARAWAY_ERROR_CONFLICT when the account must have one. */
gboolean second_factor_turn_off(Services *services, const Caller *caller, const char *password,
                                const char *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the second factor of @user away, whose owner lost it: ends its sign-ins and access tokens, and cuts
 * its consoles; its sessions stay. Not of @caller itself. */
gboolean second_factor_reset(Services *services, const Caller *caller, const char *user,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How the sign-in of @caller stands. */
FactorStanding second_factor_standing(const Caller *caller);

/** Fails with CARAWAY_ERROR_SECOND_FACTOR_PENDING or CARAWAY_ERROR_ENROLMENT_REQUIRED while the sign-in of
 * @caller is pending. */
gboolean second_factor_check_pending(const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes and frees @draft (nullable). */
void factor_draft_free(FactorDraft *draft);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FactorDraft, factor_draft_free)
