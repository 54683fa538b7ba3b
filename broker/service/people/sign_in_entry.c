/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_entry.h"

#include "broker/service/away/known_access.h"
#include "broker/service/people/factor_check.h"
#include "broker/service/people/password_proof.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/store/device_token_store.h"
#include "broker/store/session_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define TOKEN_BYTES         32
#define DEVICES_OF_ACCOUNT  20
#define DEVICE_LIFETIME_US  (180 * 24 * 3600 * SECOND_US)
#define PENDING_LIFETIME_US (10 * 60 * SECOND_US)
#define PENDING_MAX         10 /* of an account */

/* What became of the second factor on the way in. */
typedef struct {
  gboolean took_code;
  FactorProof proof;
} Shown;

/* The one that has rested longest ends: refusing instead would let forgotten ones keep their owner out. One
 * that is pending takes the place of pending ones alone: whoever has the password and no more ends nobody's
 * sign-in. */
static gboolean
make_room(Work *work, const char *user_id, gboolean pending, GError **error)
{
  g_autoptr(GPtrArray) rows = sign_in_store_of_user(work->transaction, user_id, error);
  guint left = (pending ? PENDING_MAX : SIGN_IN_LIMITS_MAX_OF_ACCOUNT) - 1;
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const SignInRow *row = g_ptr_array_index(rows, i);
    if (pending && row->factor_us > 0)
      continue;
    if (left > 0)
      left--;
    else if (!sign_in_ending_one(work, user_id, row->token_hash, error))
      return FALSE;
  }
  return rows != NULL;
}

/* Another token each time: one that was copied off a device is worth nothing once its owner signed in again.
 */
static gboolean
know_device(Work *work, const char *before, SignIn *sign_in, GError **error)
{
  DbTransaction *transaction = work->transaction;
  const char *user_id = sign_in->user->id;
  g_autofree char *old_hash = before != NULL ? secret_hash(before) : NULL;
  sign_in->device = secret_random(TOKEN_BYTES);
  sign_in->device_expires_us = work->now_us + DEVICE_LIFETIME_US;
  g_autofree char *hash = secret_hash(sign_in->device);
  return (old_hash == NULL || device_token_store_remove(transaction, old_hash, user_id, error)) &&
         device_token_store_add(transaction, hash, user_id, work->now_us, sign_in->device_expires_us,
                                error) &&
         device_token_store_keep_newest(transaction, user_id, DEVICES_OF_ACCOUNT, error);
}

static gboolean
is_as_proven(const SignInEntry *entry, const User *user, const char *hash)
{
  return !user->disabled && (entry->password_hash == NULL || g_str_equal(entry->password_hash, hash));
}

/* Proving takes its time; what became of the account meanwhile counts. */
static User *
find_account(Work *work, const SignInEntry *entry, GError **error)
{
  GError *problem = NULL;
  g_autoptr(User) user = user_store_find(work->transaction, entry->user_id, &problem);
  g_autofree char *hash =
      user != NULL ? user_store_password_hash(work->transaction, user->id, &problem) : NULL;
  if (hash != NULL && is_as_proven(entry, user, hash))
    return g_steal_pointer(&user);
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  (void)password_proof_refuse(error);
  return NULL;
}

/* A code that nobody asked for is not looked at. */
static gboolean
look_at_factor(Work *work, const SignInEntry *entry, const User *user, Shown *shown, GError **error)
{
  if (entry->second_factor_proven || entry->is_machine || entry->code == NULL || !user->second_factor)
    return TRUE;
  shown->took_code = factor_check_take(work, user->id, entry->code, &shown->proof, error);
  return shown->took_code;
}

/* Enters a sign-in of @user (transfer full); @start says from where and how it was proven, and when it ends
 * at the latest (0: as the configuration says). The rest is made here. */
static SignIn *
add(Work *work, User *user, const SignInRow *start, char **ret_hash, GError **error)
{
  g_autoptr(SignIn) sign_in = g_new0(SignIn, 1);
  sign_in->user = user;
  sign_in->token = secret_random(TOKEN_BYTES);
  sign_in->standing = factor_standing(user, start->factor_us);
  gboolean pending = factor_standing_is_pending(sign_in->standing);
  sign_in->expires_us =
      sign_in_limits_end_us(&work->services->sign_in_limits, user->administrates, work->now_us,
                            pending ? work->now_us + PENDING_LIFETIME_US : G_MAXINT64);
  if (start->expires_us > 0)
    sign_in->expires_us = MIN(sign_in->expires_us, start->expires_us);
  g_autofree char *hash = secret_hash(sign_in->token);
  SignInRow row = *start;
  row.token_hash = hash;
  row.user_id = user->id;
  row.created_us = work->now_us;
  row.expires_us = sign_in->expires_us;
  if (!make_room(work, user->id, pending, error) || !sign_in_store_add(work->transaction, &row, error))
    return NULL;
  *ret_hash = g_steal_pointer(&hash);
  return g_steal_pointer(&sign_in);
}

/* A pending one is no sign-in yet. */
static gboolean
note(Work *work, const SignInEntry *entry, const SignIn *sign_in, const Shown *shown, const char *hash,
     GError **error)
{
  gboolean pending = factor_standing_is_pending(sign_in->standing);
  g_autofree char *factor = entry->second_factor_proven ? g_strdup("its second factor")
                            : shown->took_code          ? factor_check_tell(&shown->proof)
                                                        : NULL;
  g_autofree char *detail =
      g_strdup_printf("by %s%s%s%s", entry->method, factor != NULL ? " and " : "",
                      factor != NULL ? factor : "", pending ? "; the second factor is to come" : "");
  g_autoptr(Caller) caller = caller_new(sign_in->user->id, sign_in->user->name, FALSE, entry->address, hash);
  return work_audit(work, caller, pending ? "sign-in.pending" : "sign-in", "user", sign_in->user->name,
                    detail, error);
}

/* Where somebody proved all of it. A machine with a key of its own is known by that. */
static gboolean
take_device(Work *work, const SignInEntry *entry, SignIn *sign_in, GError **error)
{
  return entry->is_machine || factor_standing_is_pending(sign_in->standing) ||
         know_device(work, entry->device, sign_in, error);
}

static SignIn *
enter(Services *services, const SignInEntry *entry, Shown *shown, GError **error)
{
  guint64 stamp = known_sign_ins_stamp(services->known_sign_ins);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  gint64 now_us = work->now_us;
  g_autoptr(User) user = find_account(work, entry, error);
  if (user == NULL || !look_at_factor(work, entry, user, shown, error))
    return NULL;
  gboolean is_proven = entry->second_factor_proven || entry->is_machine;
  const SignInRow start = {.address = (char *)(entry->address != NULL ? entry->address : ""),
                           .method = (char *)entry->method,
                           .client = (char *)(entry->client != NULL ? entry->client : ""),
                           .expires_us = entry->lifetime_us > 0 ? now_us + entry->lifetime_us : 0,
                           .factor_us = is_proven || shown->took_code ? now_us : 0};
  g_autofree char *hash = NULL;
  g_autoptr(SignIn) sign_in = add(work, g_steal_pointer(&user), &start, &hash, error);
  if (sign_in == NULL || !take_device(work, entry, sign_in, error) ||
      !note(work, entry, sign_in, shown, hash, error) || !work_commit(work, error))
    return NULL;
  if (!factor_standing_is_pending(sign_in->standing))
    known_sign_ins_put(services->known_sign_ins, stamp, hash, sign_in->user, now_us, sign_in->expires_us,
                       start.factor_us);
  return g_steal_pointer(&sign_in);
}

SignIn *
sign_in_enter(Services *services, const SignInEntry *entry, GError **error)
{
  Shown shown = {FALSE, {FALSE, 0}};
  if (entry->code != NULL && !factor_check_begin(services, entry->user_name, entry->address, error))
    return NULL;
  GError *problem = NULL;
  SignIn *sign_in = enter(services, entry, &shown, &problem);
  if (entry->code != NULL)
    factor_check_end(services, entry->user_name, entry->address, shown.took_code, problem);
  if (sign_in == NULL)
    g_propagate_error(error, problem);
  return sign_in;
}

/* A sign-in becomes pending when its account has to have a second factor from now on; its consoles stay. */
static gboolean
hand_over_consoles(Work *work, const Caller *caller, const char *hash, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_user(work->transaction, caller->user_id, error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++) {
    Session *session = g_ptr_array_index(sessions, i);
    if (!g_str_equal(session->device, caller->token_hash))
      continue;
    g_free(session->device);
    session->device = g_strdup(hash);
    work_tell(work, session->id);
    if (!session_store_update(work->transaction, session, error))
      return FALSE;
  }
  return sessions != NULL;
}

SignIn *
sign_in_replace(Work *work, const Caller *caller, const char *device, GError **error)
{
  g_autofree char *hash = NULL;
  g_autoptr(SignInRow) pending = sign_in_store_find(work->transaction, caller->token_hash, error);
  if (pending == NULL || !sign_in_store_remove(work->transaction, caller->token_hash, error))
    return NULL; /* nobody has to be told: what is pending is known by heart nowhere and follows nothing */
  const SignInRow start = {.address = caller->address,
                           .method = pending->method,
                           .client = pending->client,
                           .factor_us = work->now_us};
  User *user = user_store_find(work->transaction, caller->user_id, error);
  g_autoptr(SignIn) sign_in = user != NULL ? add(work, user, &start, &hash, error) : NULL;
  return sign_in != NULL && know_device(work, device, sign_in, error) &&
                 hand_over_consoles(work, caller, hash, error)
             ? g_steal_pointer(&sign_in)
             : NULL;
}

void
sign_in_free(SignIn *sign_in)
{
  if (sign_in == NULL)
    return;
  secret_free(sign_in->token);
  secret_free(sign_in->device);
  user_free(sign_in->user);
  g_free(sign_in);
}
