/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in.h"

#include "broker/policy/names.h"
#include "broker/policy/password_rules.h"
#include "broker/service/audit_log.h"
#include "broker/service/away/database_return.h"
#include "broker/service/away/known_access.h"
#include "broker/service/people/access_tokens.h"
#include "broker/service/people/external_account.h"
#include "broker/service/people/password_proof.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/people/sign_in_guard.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/shared_memory.h"
#include "broker/service/work.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

/* How stale the noted time of use may be: a write for each request would cost a disk flush each. */
#define TOUCH_INTERVAL_US (60 * SECOND_US)

static gboolean
refuse_token(GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED,
              "You are not signed in; sign in and try again.");
  return FALSE;
}

static GuessEnd
guess_end(const GError *problem)
{
  if (problem == NULL)
    return GUESS_WAS_RIGHT;
  return g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS) ? GUESS_WAS_WRONG
                                                                                : GUESS_WAS_NONE;
}

static SignIn *
try_sign_in(Services *services, SignInTry *attempt, const char *password, const char *code,
            const SignInOrigin *origin, GError **error)
{
  const char *name = attempt->account;
  if (!sign_in_guard_begin(services, attempt, origin->device, error))
    return NULL;
  GError *problem = NULL;
  g_auto(ProvenAccount) proven = {0};
  gboolean good = password_proof_check(services, name, password, origin->address, &proven, &problem);
  sign_in_guard_end(services, attempt, guess_end(problem));
  if (!good) {
    g_propagate_error(error, problem);
    return NULL;
  }
  return sign_in_enter(services,
                       &(SignInEntry){.user_id = proven.user_id,
                                      .user_name = proven.user_name,
                                      .password_hash = proven.password_hash,
                                      .method = "password",
                                      .address = origin->address,
                                      .client = origin->client,
                                      .device = origin->device,
                                      .code = code},
                       error);
}

SignIn *
sign_in_begin(Services *services, const char *typed, const char *password, const SignInOrigin *origin,
              GError **error)
{
  return sign_in_begin_with_code(services, typed, password, NULL, origin, error);
}

SignIn *
sign_in_begin_with_code(Services *services, const char *typed, const char *password, const char *code,
                        const SignInOrigin *origin, GError **error)
{
  GError *problem = NULL;
  g_autofree char *name = password_proof_name(services, typed);
  g_auto(SignInTry) attempt = {name, origin->address, NULL};
  SignIn *sign_in = try_sign_in(services, &attempt, password, code, origin, &problem);
  if (sign_in != NULL)
    return sign_in;
  sign_in_guard_audit(services, &attempt, problem);
  g_propagate_error(error, problem);
  return NULL;
}

gboolean
sign_in_may_wait(Services *services, const char *typed, gboolean *ret_may_wait, GError **error)
{
  g_autofree char *name = password_proof_name(services, typed);
  return password_proof_may_wait(services, name, ret_may_wait, error);
}

gboolean
sign_in_is_to_pretend(Services *services, const GError *refusal)
{
  return sign_in_methods_have_directory(services) &&
         g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

void
sign_in_pretend(Services *services, const char *typed, GError **error)
{
  g_autofree char *name = password_proof_name(services, typed);
  password_proof_pretend(services, name);
  (void)password_proof_refuse(error);
}

/* What the database says of a sign-in. */
typedef struct {
  SignInRow *row;
  User *user;
} Found;

static void
found_clear(Found *found)
{
  sign_in_row_free(found->row);
  user_free(found->user);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static gboolean
find(Services *services, const char *hash, Found *found, gint64 *ret_now_us, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  *ret_now_us = work->now_us;
  found->row = sign_in_store_find(work->transaction, hash, error);
  found->user = found->row != NULL ? user_store_find(work->transaction, found->row->user_id, error) : NULL;
  if (found->user == NULL)
    return FALSE;
  const SignInLimits *limits = &services->sign_in_limits;
  gboolean administrates = found->user->administrates;
  SignInRow *row = found->row;
  row->expires_us = sign_in_limits_end_us(limits, administrates, row->created_us, row->expires_us);
  return (!found->user->disabled &&
          sign_in_limits_hold(limits, administrates, row->used_us, row->expires_us, work->now_us)) ||
         refuse_token(error);
}

static gboolean
touch(Services *services, const char *hash, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && sign_in_store_touch(work->transaction, hash, work->now_us, error) &&
         work_commit(work, error);
}

/* That it was used need not be written at once: a disk that is full locks out nobody who is signed in. */
static gboolean
touch_when_due(Services *services, const char *hash, gint64 used_us, gint64 now_us, GError **error)
{
  GError *problem = NULL;
  if (now_us - used_us < TOUCH_INTERVAL_US || touch(services, hash, &problem))
    return TRUE;
  return database_return_forgive(services, problem, error);
}

static Caller *
check_in_database(Services *services, const char *hash, const char *address, GError **error)
{
  guint64 stamp = known_sign_ins_stamp(services->known_sign_ins);
  g_auto(Found) found = {NULL, NULL};
  gint64 now_us = 0;
  if (!find(services, hash, &found, &now_us, error) ||
      !touch_when_due(services, hash, found.row->used_us, now_us, error))
    return NULL;
  FactorStanding standing = factor_standing(found.user, found.row->factor_us);
  if (!factor_standing_is_pending(standing))
    known_sign_ins_put(services->known_sign_ins, stamp, hash, found.user, found.row->used_us,
                       found.row->expires_us, found.row->factor_us);
  Caller *caller = caller_new(found.user->id, found.user->name, FALSE, address, hash);
  caller->password_change_required = found.user->password_change_required;
  caller->second_factor_pending = factor_standing_is_pending(standing);
  caller->enrolment_required = standing == FACTOR_STANDING_ENROLMENT;
  caller->second_factor_us = found.row->factor_us;
  return caller;
}

Caller *
sign_in_check(Services *services, const char *token, const char *address, GError **error)
{
  if (token == NULL || *token == '\0') {
    refuse_token(error);
    return NULL;
  }
  if (g_str_has_prefix(token, ACCESS_TOKEN_PREFIX))
    return access_tokens_check(services, token, address, error);
  g_autofree char *hash = secret_hash(token);
  if (away_sign_outs_has(services->sign_outs, hash)) {
    refuse_token(error);
    return NULL;
  }
  GError *problem = NULL;
  Caller *caller = check_in_database(services, hash, address, &problem);
  if (caller != NULL)
    return caller;
  if (database_watch_is_trouble(problem)) {
    database_return_note(services, DB_READ, problem);
    return known_access_caller(services, hash, address, problem, error);
  }
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    refuse_token(&problem);
  }
  g_propagate_error(error, problem);
  return NULL;
}

static gboolean
end_in_database(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && sign_in_ending_one(work, caller->user_id, caller->token_hash, error) &&
         work_audit(work, caller, "sign-out", "user", caller->user_name, "", error) &&
         work_commit(work, error);
}

gboolean
sign_in_end(Services *services, const Caller *caller, GError **error)
{
  GError *problem = NULL;
  known_passwords_forget(services->known_passwords, caller->token_hash);
  if (end_in_database(services, caller, &problem))
    return TRUE;
  if (database_watch_is_trouble(problem))
    return known_access_sign_out(services, caller, problem, error);
  g_propagate_error(error, problem);
  return FALSE;
}

User *
sign_in_user(Services *services, const Caller *caller, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, &problem);
  User *user = work != NULL ? user_store_find(work->transaction, caller->user_id, &problem) : NULL;
  if (user == NULL && database_watch_is_trouble(problem))
    return known_access_user(services, caller, problem, error);
  if (user == NULL)
    g_propagate_error(error, problem);
  return user;
}

static gboolean
refuse_wrong(const char *sentence, GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS, sentence);
  return FALSE;
}

/* A password that @caller shows as its own. */
typedef struct {
  const Caller *caller;
  const char *password;
  char *hash; /* (nullable) that it was held against; set by is_old() */
} OwnTry;

/* Whether it is that; CARAWAY_ERROR_BAD_CREDENTIALS. */
typedef gboolean (*OwnCheck)(Services *services, OwnTry *own, GError **error);

/* Counted by the sign-in: what strangers guess keeps nobody from their own account. @wrong: a sentence. */
static gboolean
check_own(Services *services, OwnTry *own, OwnCheck check, const char *wrong, GError **error)
{
  const Guess guess = {GUESS_OWN, own->caller->token_hash, own->caller->address};
  if (!shared_memory_guess_begin(services, &guess, error))
    return FALSE;
  GError *problem = NULL;
  gboolean good = check(services, own, &problem);
  GuessEnd end = guess_end(problem);
  shared_memory_guess_end(services, &guess, end);
  if (good)
    return TRUE;
  if (end != GUESS_WAS_WRONG) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_error_free(problem);
  return refuse_wrong(wrong, error);
}

static gboolean
is_own(Services *services, OwnTry *own, GError **error)
{
  const Caller *caller = own->caller;
  g_auto(ProvenAccount) proven = {0};
  return password_proof_check(services, caller->user_name, own->password, caller->address, &proven, error) &&
         (g_str_equal(proven.user_id, caller->user_id) || password_proof_refuse(error));
}

gboolean
sign_in_check_password(Services *services, const Caller *caller, const char *password, GError **error)
{
  OwnTry own = {caller, password, NULL};
  return check_own(services, &own, is_own, "The password is wrong; try again.", error);
}

static gboolean
is_old(Services *services, OwnTry *own, GError **error)
{
  g_autoptr(User) user = NULL;
  GError *problem = NULL;
  if (password_proof_check_local(services, own->caller->user_name, own->password, &user, &own->hash,
                                 &problem))
    return TRUE;
  if (user == NULL || !user_is_external(user)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  return external_account_check_password_is_here(user, error);
}

/* @before: the hash that the old password was held against. */
static gboolean
write_password(Services *services, const Caller *caller, const char *before, const char *hash, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  gboolean replaced = FALSE;
  if (work == NULL || !work_check_caller(work, caller, error) ||
      !user_store_replace_password(work->transaction, caller->user_id, before, hash, &replaced, error))
    return FALSE;
  if (!replaced)
    return refuse_wrong("The password was changed meanwhile; sign in with the new one.", error);
  return sign_in_ending_all(work, caller->user_id, caller->token_hash, error) &&
         work_audit(work, caller, "password.change", "user", caller->user_name, "", error) &&
         work_commit(work, error);
}

gboolean
sign_in_change_password(Services *services, const Caller *caller, const char *old_password,
                        const char *new_password, GError **error)
{
  GError *problem = NULL;
  g_autofree char *hash = NULL;
  OwnTry own = {caller, old_password, NULL};
  gboolean done = check_own(services, &own, is_old, "The old password is wrong; try again.", &problem);
  g_autofree char *before = own.hash;
  if (done && g_str_equal(old_password, new_password)) {
    g_set_error(&problem, CARAWAY_ERROR, CARAWAY_ERROR_WEAK_PASSWORD,
                "The new password is the old one; choose another.");
    done = FALSE;
  }
  done = done && password_rules_check(new_password, caller->user_name, &problem);
  hash = done ? password_hasher_hash(services->hasher, new_password, &problem) : NULL;
  if (hash != NULL && write_password(services, caller, before, hash, &problem))
    return TRUE;
  g_autofree char *object = g_strconcat("user/", caller->user_name, NULL);
  audit_log_refusal(services, caller, "password.change", object, caller->address, problem);
  g_propagate_error(error, problem);
  return FALSE;
}
