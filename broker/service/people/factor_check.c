/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/factor_check.h"

#include "broker/auth/totp.h"
#include "broker/policy/factor_window.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/recovery_codes.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/shared_memory.h"
#include "broker/store/second_factor_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <sodium.h>

#define WRONG_OF_PENDING_MAX 5

/* One sentence for all that is wrong with a code: that it was right once is nobody's to know. */
static gboolean
refuse(GError **error)
{
  g_set_error_literal(
      error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE,
      "The code is wrong, or was used before; wait for the next one of your app and try again.");
  return FALSE;
}

/* The step that @code is of, at @now_us and with what is remembered in @drift. */
static gboolean
match(const guint8 *secret, gint64 now_us, gint64 drift, const FactorCode *code, gint64 *ret_step,
      GError **error)
{
  gint64 steps[FACTOR_STEPS];
  factor_window_steps(now_us, drift, steps);
  int found = totp_match(secret, steps, FACTOR_STEPS, code->text);
  if (found < 0)
    return refuse(error);
  *ret_step = steps[found];
  return TRUE;
}

static gboolean
take_time_code(Work *work, const char *user_id, const SecondFactor *factor, const FactorCode *code,
               GError **error)
{
  const FactorVault *vault = factor_key_vault(work->services, error);
  guint8 secret[TOTP_SECRET_BYTES];
  if (vault == NULL || !factor_vault_open(vault, user_id, factor->sealed, secret, sizeof secret, error))
    return FALSE;
  gint64 step = 0;
  gboolean taken = match(secret, work->now_us, factor->drift, code, &step, error);
  sodium_memzero(secret, sizeof secret);
  if (!taken || !second_factor_store_take(work->transaction, user_id, step,
                                          factor_window_drift(work->now_us, step), &taken, error))
    return FALSE;
  return taken || refuse(error);
}

static gboolean
take_recovery_code(Work *work, const char *user_id, const FactorCode *code, FactorProof *proof,
                   GError **error)
{
  g_autofree char *hash = recovery_codes_hash(user_id, code->text);
  gboolean spent = FALSE;
  proof->was_recovery = TRUE;
  if (!second_factor_store_spend(work->transaction, user_id, hash, &spent, error))
    return FALSE;
  if (!spent)
    return refuse(error);
  return second_factor_store_count_recovery(work->transaction, user_id, &proof->recovery_left, error);
}

gboolean
factor_check_take(Work *work, const char *user_id, const char *text, FactorProof *ret_proof, GError **error)
{
  FactorCode code = factor_code_read(text);
  FactorProof proof = {FALSE, 0};
  g_autoptr(SecondFactor) factor = second_factor_store_find(work->transaction, user_id, error);
  if (factor == NULL)
    return FALSE;
  gboolean taken = FALSE;
  if (code.kind == FACTOR_CODE_NONE || *factor->sealed == '\0')
    refuse(error);
  else if (code.kind == FACTOR_CODE_RECOVERY)
    taken = take_recovery_code(work, user_id, &code, &proof, error);
  else
    taken = take_time_code(work, user_id, factor, &code, error);
  if (taken)
    *ret_proof = proof;
  sodium_memzero(&code, sizeof code);
  return taken;
}

gboolean
factor_check_first(const guint8 *secret, gint64 now_us, const char *text, gint64 *ret_step, gint64 *ret_drift,
                   GError **error)
{
  FactorCode code = factor_code_read(text);
  if (code.kind != FACTOR_CODE_TIME)
    return refuse(error);
  if (!match(secret, now_us, 0, &code, ret_step, error))
    return FALSE;
  *ret_drift = factor_window_drift(now_us, *ret_step);
  return TRUE;
}

gboolean
factor_check_begin(Services *services, const char *user_name, const char *address, GError **error)
{
  return shared_memory_guess_begin(services, &(Guess){GUESS_CODE, user_name, address}, error);
}

static gboolean
is_wrong(const GError *problem)
{
  return g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
}

static GuessEnd
end_of(gboolean took_code, const GError *problem)
{
  if (is_wrong(problem))
    return GUESS_WAS_WRONG;
  return took_code && problem == NULL ? GUESS_WAS_RIGHT : GUESS_WAS_NONE;
}

void
factor_check_end(Services *services, const char *user_name, const char *address, gboolean took_code,
                 const GError *problem)
{
  shared_memory_guess_end(services, &(Guess){GUESS_CODE, user_name, address}, end_of(took_code, problem));
}

static Guess
own_guess(const Caller *caller)
{
  return (Guess){GUESS_OWN_CODE, caller->token_hash, caller->address};
}

gboolean
factor_check_begin_of(Services *services, const Caller *caller, GError **error)
{
  const Guess own = own_guess(caller);
  return caller->second_factor_pending
             ? factor_check_begin(services, caller->user_name, caller->address, error)
             : shared_memory_guess_begin(services, &own, error);
}

static gboolean
end_pending(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && sign_in_ending_one(work, caller->user_id, caller->token_hash, error) &&
         work_audit(work, caller, "sign-in.end", "user", caller->user_name, "Too many codes were wrong.",
                    error) &&
         work_commit(work, error);
}

/* Whoever is pending has the password and no more: the sign-in does not last for many guesses. */
static void
end_pending_guess(Services *services, const Caller *caller, gboolean took_code, const GError *problem)
{
  const Guess own = own_guess(caller);
  g_autoptr(GError) error = NULL;
  factor_check_end(services, caller->user_name, caller->address, took_code, problem);
  if (!is_wrong(problem))
    return;
  shared_memory_guess_note(services, &own, GUESS_WAS_WRONG);
  gint64 now_us = clock_boottime_us(services->clock);
  if (sign_in_throttle_failures(services->throttle, &own, now_us) >= WRONG_OF_PENDING_MAX &&
      !end_pending(services, caller, &error))
    log_warning("A sign-in with too many wrong codes was not ended: %s", error->message);
}

void
factor_check_end_of(Services *services, const Caller *caller, gboolean took_code, const GError *problem)
{
  const Guess own = own_guess(caller);
  if (caller->second_factor_pending)
    end_pending_guess(services, caller, took_code, problem);
  else
    shared_memory_guess_end(services, &own, end_of(took_code, problem));
}

char *
factor_check_tell(const FactorProof *proof)
{
  return proof->was_recovery
             ? g_strdup_printf("by a recovery code, %" G_GINT64_FORMAT " left", proof->recovery_left)
             : g_strdup("by a code");
}
