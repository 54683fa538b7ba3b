/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_list.h"

#include "broker/service/people/sign_in_ending.h"
#include "broker/service/rights/rights.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define ID_DIGITS 32

/* Whoever sees it learns nothing of the hash, by which the token is looked up. */
static char *
make_id(const char *token_hash)
{
  g_autofree char *text = g_strconcat("sign-in ", token_hash, NULL);
  g_autofree char *hash = secret_hash(text);
  return g_strndup(hash, ID_DIGITS);
}

static User *
find_user(Work *work, const Caller *caller, const char *user, GError **error)
{
  return user_store_find(work->transaction, user != NULL ? user : caller->user_id, error);
}

static ListedSignIn *
listed_new(const SignInRow *row, const Caller *caller)
{
  ListedSignIn *listed = g_new0(ListedSignIn, 1);
  listed->id = make_id(row->token_hash);
  listed->method = g_strdup(row->method);
  listed->client = g_strdup(row->client);
  listed->address = g_strdup(row->address);
  listed->created_us = row->created_us;
  listed->used_us = row->used_us;
  listed->expires_us = row->expires_us;
  listed->is_current = g_str_equal(row->token_hash, caller->token_hash);
  return listed;
}

GPtrArray *
sign_in_list(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(User) user = work != NULL ? find_user(work, caller, key, error) : NULL;
  g_autoptr(GPtrArray) rows = user != NULL ? sign_in_store_of_user(work->transaction, user->id, error) : NULL;
  if (rows == NULL)
    return NULL;
  const SignInLimits *limits = &services->sign_in_limits;
  GPtrArray *listed = g_ptr_array_new_with_free_func((GDestroyNotify)listed_sign_in_free);
  for (guint i = 0; i < rows->len; i++) {
    SignInRow *row = g_ptr_array_index(rows, i);
    row->expires_us = sign_in_limits_end_us(limits, user->administrates, row->created_us, row->expires_us);
    if (sign_in_limits_hold(limits, user->administrates, row->used_us, row->expires_us, work->now_us))
      g_ptr_array_add(listed, listed_new(row, caller));
  }
  return listed;
}

static char *
find_hash(Work *work, const char *user_id, const char *id, GError **error)
{
  g_autoptr(GPtrArray) rows = sign_in_store_of_user(work->transaction, user_id, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const SignInRow *row = g_ptr_array_index(rows, i);
    g_autofree char *of_row = make_id(row->token_hash);
    if (g_str_equal(of_row, id))
      return g_strdup(row->token_hash);
  }
  if (rows != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such sign-in.");
  return NULL;
}

gboolean
sign_in_list_end(Services *services, const Caller *caller, const char *id, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autofree char *hash = work != NULL ? find_hash(work, caller->user_id, id, error) : NULL;
  return hash != NULL && sign_in_ending_one(work, caller->user_id, hash, error) &&
         work_audit(work, caller, "sign-in.end", "user", caller->user_name, "One of several.", error) &&
         work_commit(work, error);
}

gboolean
sign_in_list_end_all(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(User) user = work != NULL ? find_user(work, caller, key, error) : NULL;
  if (user == NULL)
    return FALSE;
  const char *keep = g_str_equal(user->id, caller->user_id) ? caller->token_hash : NULL;
  return (keep != NULL || rights_check_not_above(work, caller, user->id, error)) &&
         sign_in_ending_all(work, user->id, keep, error) &&
         work_audit(work, caller, "sign-in.end", "user", user->name,
                    keep != NULL ? "All but the one that asked." : "All of them.", error) &&
         work_commit(work, error);
}

void
listed_sign_in_free(ListedSignIn *sign_in)
{
  if (sign_in == NULL)
    return;
  g_free(sign_in->id);
  g_free(sign_in->method);
  g_free(sign_in->client);
  g_free(sign_in->address);
  g_free(sign_in);
}
