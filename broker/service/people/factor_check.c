/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/factor_check.h"

#include "broker/auth/totp.h"
#include "broker/policy/factor_window.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/recovery_codes.h"
#include "broker/service/shared_memory.h"
#include "broker/store/second_factor_store.h"
#include "common/base/error.h"

#include <sodium.h>

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

char *
factor_check_throttle_name(const char *user_name)
{
  return g_strconcat("code/", user_name, NULL);
}

gboolean
factor_check_may_try(Services *services, const char *user_name, const char *address, GError **error)
{
  g_autofree char *name = factor_check_throttle_name(user_name);
  return sign_in_throttle_check(services->throttle, name, address, clock_boottime_us(services->clock), error);
}

void
factor_check_failed(Services *services, const char *user_name, const char *address, const GError *problem)
{
  g_autofree char *name = factor_check_throttle_name(user_name);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE))
    shared_memory_sign_in_failed(services, name, address);
}

void
factor_check_succeeded(Services *services, const char *user_name, const char *address)
{
  g_autofree char *name = factor_check_throttle_name(user_name);
  shared_memory_sign_in_done(services, name, address);
}

char *
factor_check_tell(const FactorProof *proof)
{
  return proof->was_recovery
             ? g_strdup_printf("by a recovery code, %" G_GINT64_FORMAT " left", proof->recovery_left)
             : g_strdup("by a code");
}
