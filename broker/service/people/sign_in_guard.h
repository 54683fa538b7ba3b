/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may try to prove an account by something that can be guessed, by policy/throttle.h: a known device by
 * its own failures alone, everybody else by account and network.
 */
#pragma once

#include "broker/service/services_private.h"
#include "broker/store/device_token_store.h"

/** A try at @account from @address. */
typedef struct {
  const char *account; /**< as it was given; need not be there */
  const char *address;
  DeviceTokenRow *device; /**< (nullable) the known device that it comes from */
} SignInTry;

/** Looks up @device (nullable: the token that the client brings) and whether @attempt may be made now:
 * CARAWAY_ERROR_THROTTLED. To be cleared whatever is returned. */
gboolean sign_in_guard_begin(Services *services, SignInTry *attempt, const char *device,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @attempt, which was begun. */
void sign_in_guard_end(Services *services, const SignInTry *attempt, GuessEnd end);

/** Writes to the audit log that @attempt was refused with @refusal; its name where there is such an account.
 */
void sign_in_guard_audit(Services *services, const SignInTry *attempt, const GError *refusal);

/** Frees what is in @attempt. */
void sign_in_try_clear(SignInTry *attempt);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SignInTry, sign_in_try_clear)
