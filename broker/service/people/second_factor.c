/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/second_factor.h"

#include "broker/auth/totp.h"
#include "broker/service/audit_log.h"
#include "broker/service/people/factor_check.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/password_proof.h"
#include "broker/service/people/recovery_codes.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/store/second_factor_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#include <sodium.h>

#define DRAFT_LIFETIME_US (10 * 60 * SECOND_US)
#define RECENT_US         (10 * 60 * SECOND_US)

/* What one of the acts below takes and gives. */
typedef struct {
  const char *code;    /* nullable */
  const char *device;  /* nullable: as in SignInEntry */
  gboolean has_code;   /* one was taken */
  gboolean by_sign_in; /* there is no password: without a code the sign-in has to be recent */
  guint8 secret[TOTP_SECRET_BYTES];
  GStrv codes;
  SignIn *sign_in;
} Attempt;

typedef gboolean (*Act)(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error);

FactorStanding
second_factor_standing(const Caller *caller)
{
  if (caller->second_factor_pending)
    return caller->enrolment_required ? FACTOR_STANDING_ENROLMENT : FACTOR_STANDING_CODE;
  return caller->second_factor_us > 0 ? FACTOR_STANDING_PROVEN : FACTOR_STANDING_NONE;
}

static gboolean
refuse_pending(GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_PENDING,
                      "Enter the code of your authenticator app first.");
  return FALSE;
}

static gboolean
refuse_enrolment(GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_ENROLMENT_REQUIRED,
                      "Your account needs a second factor; set it up in the web portal first.");
  return FALSE;
}

gboolean
second_factor_check_pending(const Caller *caller, GError **error)
{
  if (!caller->second_factor_pending)
    return TRUE;
  return caller->enrolment_required ? refuse_enrolment(error) : refuse_pending(error);
}

static gboolean
refuse_as_it_is(const char *sentence, GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, sentence);
  return FALSE;
}

/* --- what all of them do --- */

static gboolean
run_in_work(Services *services, const Caller *caller, Act act, Attempt *attempt, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(User) user = work != NULL ? user_store_find(work->transaction, caller->user_id, error) : NULL;
  return user != NULL && work_check_caller(work, caller, error) && act(work, caller, user, attempt, error) &&
         work_commit(work, error);
}

static void
note_refusal(Services *services, const Caller *caller, const char *action, const GError *problem)
{
  g_autofree char *object = g_strconcat("user/", caller->user_name, NULL);
  audit_log_refusal(services, caller, action, object, caller->address, problem);
}

/* @password: (nullable) has to be right before anything is looked at. */
static gboolean
run(Services *services, const Caller *caller, const char *action, const char *password, Act act,
    Attempt *attempt, GError **error)
{
  GError *problem = NULL;
  gboolean begun = factor_check_begin_of(services, caller, &problem);
  gboolean done = begun &&
                  (password == NULL || sign_in_check_password(services, caller, password, &problem)) &&
                  run_in_work(services, caller, act, attempt, &problem);
  if (begun)
    factor_check_end_of(services, caller, attempt->has_code, problem);
  if (!done) {
    note_refusal(services, caller, action, problem);
    g_propagate_error(error, problem);
  }
  return done;
}

static gboolean
take_code(Work *work, const Caller *caller, Attempt *attempt, FactorProof *ret_proof, GError **error)
{
  attempt->has_code =
      factor_check_take(work, caller->user_id, attempt->code != NULL ? attempt->code : "", ret_proof, error);
  return attempt->has_code;
}

static gboolean
end_other_sign_ins(Work *work, const Caller *caller, GError **error)
{
  return sign_in_ending_all(work, caller->user_id, caller->token_hash, error);
}

/* --- looking --- */

static gboolean
read_state(Work *work, const User *user, FactorState *state, GError **error)
{
  state->enabled = user->second_factor;
  state->required = user->second_factor_required;
  if (!user->second_factor)
    return TRUE;
  g_autoptr(SecondFactor) factor = second_factor_store_find(work->transaction, user->id, error);
  if (factor == NULL)
    return FALSE;
  state->since_us = factor->since_us;
  return second_factor_store_count_recovery(work->transaction, user->id, &state->recovery_left, error);
}

gboolean
second_factor_state(Services *services, const Caller *caller, FactorState *ret_state, GError **error)
{
  FactorState state = {FALSE};
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(User) user = work != NULL ? user_store_find(work->transaction, caller->user_id, error) : NULL;
  if (user == NULL || !read_state(work, user, &state, error))
    return FALSE;
  *ret_state = state;
  return TRUE;
}

/* --- setting up --- */

/* The password that @caller has to show beside a code, of what it showed; NULL in @ret_password where there
 * is none to be asked for. */
static gboolean
read_password(Services *services, const Caller *caller, const char *shown, const char **ret_password,
              GError **error)
{
  PasswordKeeper keeper;
  if (!password_proof_keeper(services, caller->user_id, &keeper, error))
    return FALSE;
  *ret_password = keeper == PASSWORD_KEEPER_NOBODY ? NULL : shown != NULL ? shown : "";
  return TRUE;
}

gboolean
second_factor_may_wait(Services *services, const Caller *caller, gboolean *ret_may_wait, GError **error)
{
  PasswordKeeper keeper;
  if (!password_proof_keeper(services, caller->user_id, &keeper, error))
    return FALSE;
  *ret_may_wait = keeper == PASSWORD_KEEPER_DIRECTORY && !caller->second_factor_pending;
  return TRUE;
}

/* Whoever finds a browser that was left open must not be able to lock its owner out. */
static gboolean
check_recent(Work *work, const Caller *caller, GError **error)
{
  g_autoptr(SignInRow) row = sign_in_store_find(work->transaction, caller->token_hash, error);
  if (row == NULL)
    return FALSE;
  gint64 age_us = work->now_us - row->created_us;
  if (age_us >= 0 && age_us < RECENT_US)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_SIGN_IN_EXPIRED,
                      "You signed in more than ten minutes ago; sign out and in again, then set it up.");
  return FALSE;
}

static gboolean
draft(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error)
{
  const FactorVault *vault = factor_key_vault(work->services, error);
  FactorProof proof;
  if (vault == NULL || (user->second_factor && !take_code(work, caller, attempt, &proof, error)) ||
      (!user->second_factor && attempt->by_sign_in && !check_recent(work, caller, error)))
    return FALSE;
  g_autofree char *sealed = factor_vault_seal(vault, user->id, attempt->secret, sizeof attempt->secret);
  return second_factor_store_draft(work->transaction, user->id, sealed, work->now_us, error) &&
         work_audit(work, caller, "second-factor.begin", "user", user->name,
                    user->second_factor ? "In place of the one there is." : "", error);
}

static FactorDraft *
show(const Attempt *attempt, const Caller *caller, const char *place)
{
  FactorDraft *shown = g_new0(FactorDraft, 1);
  shown->secret = totp_secret_text(attempt->secret);
  shown->uri = totp_uri(shown->secret, caller->user_name, place);
  return shown;
}

FactorDraft *
second_factor_begin(Services *services, const Caller *caller, const char *password, const char *code,
                    const char *place, GError **error)
{
  Attempt attempt = {.code = code};
  gboolean is_first = caller->second_factor_pending && caller->enrolment_required;
  if (!is_first && !second_factor_check_pending(caller, error))
    return NULL;
  const char *asked = NULL;
  if (!is_first && !read_password(services, caller, password, &asked, error))
    return NULL;
  attempt.by_sign_in = !is_first && asked == NULL;
  totp_secret_make(attempt.secret);
  FactorDraft *made = NULL;
  if (run(services, caller, "second-factor.begin", asked, draft, &attempt, error))
    made = show(&attempt, caller, place);
  sodium_memzero(attempt.secret, sizeof attempt.secret);
  return made;
}

/* The sealed draft that waits, and its secret. */
static char *
open_draft(Work *work, const User *user, guint8 secret[TOTP_SECRET_BYTES], GError **error)
{
  GError *problem = NULL;
  const FactorVault *vault = factor_key_vault(work->services, error);
  g_autoptr(SecondFactor) factor =
      vault != NULL ? second_factor_store_find(work->transaction, user->id, &problem) : NULL;
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  if (vault == NULL)
    return NULL;
  if (factor == NULL || *factor->draft == '\0' || work->now_us - factor->draft_us >= DRAFT_LIFETIME_US) {
    refuse_as_it_is("No second factor waits for its first code, or it took too long; begin again.", error);
    return NULL;
  }
  if (!factor_vault_open(vault, user->id, factor->draft, secret, TOTP_SECRET_BYTES, error))
    return NULL;
  return g_strdup(factor->draft);
}

/* The sign-in itself is proven by this code, too. */
static gboolean
prove(Work *work, const Caller *caller, Attempt *attempt, GError **error)
{
  if (!caller->second_factor_pending)
    return sign_in_store_prove(work->transaction, caller->token_hash, work->now_us, error);
  attempt->sign_in = sign_in_replace(work, caller, attempt->device, error);
  return attempt->sign_in != NULL;
}

static gboolean
confirm(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error)
{
  gint64 step = 0, drift = 0;
  g_autofree char *sealed = open_draft(work, user, attempt->secret, error);
  if (sealed == NULL ||
      !factor_check_first(attempt->secret, work->now_us, attempt->code, &step, &drift, error))
    return FALSE;
  gboolean done = FALSE;
  attempt->has_code = TRUE;
  if (!second_factor_store_confirm(work->transaction, user->id, sealed, step, drift, work->now_us, &done,
                                   error))
    return FALSE;
  if (!done)
    return refuse_as_it_is("Somebody began to set up another one meanwhile; begin again.", error);
  attempt->codes = recovery_codes_renew(work, user->id, error);
  return attempt->codes != NULL && end_other_sign_ins(work, caller, error) &&
         prove(work, caller, attempt, error) &&
         work_audit(work, caller, "second-factor.enrol", "user", user->name,
                    user->second_factor ? "In place of another one." : "", error);
}

GStrv
second_factor_confirm(Services *services, const Caller *caller, const char *code, const char *device,
                      SignIn **ret_sign_in, GError **error)
{
  Attempt attempt = {.code = code, .device = device};
  if (!caller->enrolment_required && !second_factor_check_pending(caller, error))
    return NULL;
  gboolean done = run(services, caller, "second-factor.enrol", NULL, confirm, &attempt, error);
  sodium_memzero(attempt.secret, sizeof attempt.secret);
  if (done) {
    *ret_sign_in = attempt.sign_in;
    return attempt.codes;
  }
  recovery_codes_free(attempt.codes);
  sign_in_free(attempt.sign_in);
  return NULL;
}

/* --- proving it --- */

static gboolean
verify(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error)
{
  FactorProof proof;
  if (!take_code(work, caller, attempt, &proof, error))
    return FALSE;
  g_autofree char *detail = factor_check_tell(&proof);
  attempt->sign_in = sign_in_replace(work, caller, attempt->device, error);
  return attempt->sign_in != NULL && work_audit(work, caller, "sign-in", "user", user->name, detail, error);
}

SignIn *
second_factor_verify(Services *services, const Caller *caller, const char *code, const char *device,
                     GError **error)
{
  Attempt attempt = {.code = code, .device = device};
  if (!caller->second_factor_pending) {
    refuse_as_it_is("This sign-in needs no code.", error);
    return NULL;
  }
  if (caller->enrolment_required) {
    refuse_enrolment(error);
    return NULL;
  }
  if (run(services, caller, "sign-in", NULL, verify, &attempt, error))
    return attempt.sign_in;
  sign_in_free(attempt.sign_in);
  return NULL;
}

/* --- recovery codes, and the end --- */

static gboolean
check_enabled(const User *user, GError **error)
{
  return user->second_factor || refuse_as_it_is("Your account has no second factor.", error);
}

static gboolean
renew(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error)
{
  FactorProof proof;
  if (!check_enabled(user, error) || !take_code(work, caller, attempt, &proof, error))
    return FALSE;
  attempt->codes = recovery_codes_renew(work, user->id, error);
  return attempt->codes != NULL &&
         work_audit(work, caller, "second-factor.recovery-codes", "user", user->name, "", error);
}

GStrv
second_factor_renew_recovery(Services *services, const Caller *caller, const char *code, GError **error)
{
  Attempt attempt = {.code = code};
  if (run(services, caller, "second-factor.recovery-codes", NULL, renew, &attempt, error))
    return attempt.codes;
  recovery_codes_free(attempt.codes);
  return NULL;
}

static gboolean
turn_off(Work *work, const Caller *caller, const User *user, Attempt *attempt, GError **error)
{
  FactorProof proof;
  if (!check_enabled(user, error))
    return FALSE;
  if (user->second_factor_required)
    return refuse_as_it_is("Your account must have a second factor; you can replace it.", error);
  return take_code(work, caller, attempt, &proof, error) &&
         second_factor_store_remove(work->transaction, user->id, error) &&
         sign_in_store_prove(work->transaction, caller->token_hash, 0, error) &&
         end_other_sign_ins(work, caller, error) &&
         work_audit(work, caller, "second-factor.off", "user", user->name, "", error);
}

gboolean
second_factor_turn_off(Services *services, const Caller *caller, const char *password, const char *code,
                       GError **error)
{
  Attempt attempt = {.code = code};
  const char *asked;
  return read_password(services, caller, password, &asked, error) &&
         run(services, caller, "second-factor.off", asked, turn_off, &attempt, error);
}

void
factor_draft_free(FactorDraft *draft)
{
  if (draft == NULL)
    return;
  secret_free(draft->secret);
  secret_free(draft->uri);
  g_free(draft);
}
