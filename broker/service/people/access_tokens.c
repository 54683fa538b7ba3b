/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/access_tokens.h"

#include "broker/model/second_factor.h"
#include "broker/policy/names.h"
#include "broker/service/away/database_return.h"
#include "broker/service/devices/device_account.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/rights/rights.h"
#include "broker/store/access_token_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define NAME_MAX_BYTES 100

/* How stale the noted time of use may be: a write for each request would cost a disk flush each. */
#define TOUCH_INTERVAL_US (60 * SECOND_US)

static gboolean
check_new(const NewAccessToken *new_token, GError **error)
{
  if (new_token->name == NULL || *new_token->name == '\0' || new_token->scopes == 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "A token has a name and at least one scope; name what it is for.");
    return FALSE;
  }
  return names_check_text(new_token->name, NAME_MAX_BYTES, "name", error);
}

/* What has expired takes no room, nor its name; of very many that live shortly none is kept to be looked at.
 */
static gboolean
make_room(Work *work, const GPtrArray *tokens, const char *name, guint *ret_alive, GError **error)
{
  guint alive = 0;
  for (guint i = 0; i < tokens->len; i++) {
    const AccessToken *token = g_ptr_array_index(tokens, i);
    gboolean goes = g_str_equal(token->name, name) || tokens->len >= 2 * ACCESS_TOKENS_OF_ACCOUNT;
    if (work->now_us < token->expires_us)
      alive++;
    else if (goes && !access_token_store_remove(work->transaction, token->token_hash, error))
      return FALSE;
  }
  *ret_alive = alive;
  return TRUE;
}

static gboolean
check_room(Work *work, const char *user_id, const char *name, GError **error)
{
  guint alive = 0;
  g_autoptr(GPtrArray) tokens = access_token_store_of_user(work->transaction, user_id, error);
  if (tokens == NULL || !make_room(work, tokens, name, &alive, error))
    return FALSE;
  gboolean is_taken = FALSE;
  for (guint i = 0; i < tokens->len; i++) {
    const AccessToken *token = g_ptr_array_index(tokens, i);
    is_taken |= work->now_us < token->expires_us && g_str_equal(token->name, name);
  }
  if (!is_taken && alive < ACCESS_TOKENS_OF_ACCOUNT)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              is_taken ? "You have a token of this name; revoke it or choose another name."
                       : "You have as many tokens as an account may have; revoke one first.");
  return FALSE;
}

AccessToken *
access_tokens_create(Services *services, const Caller *caller, const NewAccessToken *new_token,
                     char **ret_text, GError **error)
{
  if (!check_new(new_token, error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !work_check_caller(work, caller, error) ||
      !device_account_check_is_none(work, caller->user_id, "which signs in by its key alone", error) ||
      !check_room(work, caller->user_id, new_token->name, error))
    return NULL;
  char *secret = secret_random(ACCESS_TOKEN_SECRET_BYTES);
  char *text = access_token_text(secret);
  secret_free(secret);
  g_autoptr(AccessToken) token = g_new0(AccessToken, 1);
  *token = (AccessToken){.id = g_uuid_string_random(),
                         .user_id = g_strdup(caller->user_id),
                         .name = g_strdup(new_token->name),
                         .token_hash = secret_hash(text),
                         .scopes = new_token->scopes,
                         .created_us = work->now_us,
                         .expires_us = work->now_us + new_token->lifetime_s * SECOND_US,
                         .address = g_strdup("")};
  g_auto(GStrv) names = access_token_scope_names(token->scopes);
  g_autofree char *detail = g_strjoinv(" ", names);
  if (access_token_store_add(work->transaction, token, error) &&
      work_audit(work, caller, "token.create", "token", token->id, detail, error) &&
      work_commit(work, error)) {
    *ret_text = text;
    return g_steal_pointer(&token);
  }
  secret_free(text);
  return NULL;
}

GPtrArray *
access_tokens_list(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(User) user =
      work != NULL ? user_store_find(work->transaction, key != NULL ? key : caller->user_id, error) : NULL;
  return user != NULL ? access_token_store_of_user(work->transaction, user->id, error) : NULL;
}

static gboolean
take_back(Work *work, const Caller *caller, const AccessToken *token, GError **error)
{
  return access_token_store_remove(work->transaction, token->token_hash, error) &&
         sign_in_ending_one(work, token->user_id, token->token_hash, error) &&
         work_audit(work, caller, "token.revoke", "token", token->id, "", error);
}

gboolean
access_tokens_revoke(Services *services, const Caller *caller, const char *id, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(GPtrArray) tokens =
      work != NULL ? access_token_store_of_user(work->transaction, caller->user_id, error) : NULL;
  for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
    const AccessToken *token = g_ptr_array_index(tokens, i);
    if (g_str_equal(token->id, id) || g_str_equal(token->name, id))
      return take_back(work, caller, token, error) && work_commit(work, error);
  }
  if (tokens != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such access token.");
  return FALSE;
}

gboolean
access_tokens_revoke_of(Work *work, const Caller *caller, const char *user_id, GError **error)
{
  g_autoptr(GPtrArray) tokens = access_token_store_of_user(work->transaction, user_id, error);
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    if (!take_back(work, caller, g_ptr_array_index(tokens, i), error))
      return FALSE;
  return tokens != NULL;
}

gboolean
access_tokens_revoke_all(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(User) user = work != NULL ? user_store_find(work->transaction, key, error) : NULL;
  return user != NULL && rights_check_not_above(work, caller, user->id, error) &&
         access_tokens_revoke_of(work, caller, user->id, error) && work_commit(work, error);
}

/* --- use --- */

static gboolean
refuse(GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED,
              "This access token is not known, was revoked, or has expired.");
  return FALSE;
}

static gboolean
find(Services *services, const char *hash, AccessToken **ret_token, User **ret_user, gint64 *ret_now_us,
     GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  *ret_now_us = work->now_us;
  *ret_token = access_token_store_find(work->transaction, hash, error);
  *ret_user = *ret_token != NULL ? user_store_find(work->transaction, (*ret_token)->user_id, error) : NULL;
  if (*ret_user == NULL)
    return FALSE;
  return (!(*ret_user)->disabled && work->now_us < (*ret_token)->expires_us) || refuse(error);
}

static gboolean
touch(Services *services, const AccessToken *token, const char *address, gint64 now_us, GError **error)
{
  if (now_us - token->used_us < TOUCH_INTERVAL_US && g_str_equal(token->address, address))
    return TRUE;
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &problem);
  if (work != NULL &&
      access_token_store_touch(work->transaction, token->token_hash, address, now_us, &problem) &&
      work_commit(work, &problem))
    return TRUE;
  return database_return_forgive(services, problem, error); /* that it was used need not be written */
}

Caller *
access_tokens_check(Services *services, const char *text, const char *address, GError **error)
{
  g_autofree char *hash = secret_hash(text);
  g_autoptr(AccessToken) token = NULL;
  g_autoptr(User) user = NULL;
  gint64 now_us = 0;
  GError *problem = NULL;
  const char *from = address != NULL ? address : "";
  if (!access_token_is_text(text)) {
    refuse(error);
    return NULL;
  }
  if (!find(services, hash, &token, &user, &now_us, &problem) ||
      !touch(services, token, from, now_us, &problem)) {
    if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
      g_clear_error(&problem);
      refuse(&problem);
    }
    g_propagate_error(error, problem);
    return NULL;
  }
  Caller *caller = caller_new(user->id, user->name, FALSE, from, hash);
  caller->password_change_required = user->password_change_required;
  /* Whoever must have a second factor and has none does not go on by what was made without. */
  caller->enrolment_required = factor_standing(user, 0) == FACTOR_STANDING_ENROLMENT;
  caller->second_factor_pending = caller->enrolment_required;
  caller->limit = token->scopes;
  return caller;
}
