/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_entry.h"

#include "broker/service/away/known_access.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define TOKEN_BYTES 32

/* The one that has rested longest ends: refusing instead would let forgotten ones keep their owner out. */
static gboolean
make_room(Work *work, const char *user_id, GError **error)
{
  g_autoptr(GPtrArray) rows = sign_in_store_of_user(work->transaction, user_id, error);
  for (guint i = SIGN_IN_LIMITS_MAX_OF_ACCOUNT - 1; rows != NULL && i < rows->len; i++) {
    const SignInRow *row = g_ptr_array_index(rows, i);
    if (!sign_in_ending_one(work, user_id, row->token_hash, error))
      return FALSE;
  }
  return rows != NULL;
}

SignIn *
sign_in_enter(Services *services, const SignInEntry *entry, GError **error)
{
  guint64 stamp = known_sign_ins_stamp(services->known_sign_ins);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  gint64 now_us = work->now_us;
  g_autoptr(SignIn) sign_in = g_new0(SignIn, 1);
  sign_in->user = user_store_find(work->transaction, entry->user_name, error);
  if (sign_in->user == NULL)
    return NULL;
  if (sign_in->user->disabled) { /* meanwhile */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS,
                "The name or the password is wrong; check both and try again.");
    return NULL;
  }
  sign_in->token = secret_random(TOKEN_BYTES);
  sign_in->expires_us = sign_in_limits_end_us(&services->sign_in_limits, sign_in->user->administrator,
                                              work->now_us, G_MAXINT64);
  g_autofree char *hash = secret_hash(sign_in->token);
  g_autoptr(Caller) caller = caller_new(sign_in->user->id, sign_in->user->name, FALSE, entry->address, hash);
  g_autofree char *detail = g_strdup_printf("by %s", entry->method);
  const SignInRow row = {.token_hash = hash,
                         .user_id = sign_in->user->id,
                         .address = caller->address,
                         .method = (char *)entry->method,
                         .client = (char *)(entry->client != NULL ? entry->client : ""),
                         .created_us = work->now_us,
                         .expires_us = sign_in->expires_us};
  if (!make_room(work, row.user_id, error) || !sign_in_store_add(work->transaction, &row, error) ||
      !work_audit(work, caller, "sign-in", "user", sign_in->user->name, detail, error) ||
      !work_commit(work, error))
    return NULL;
  known_sign_ins_put(services->known_sign_ins, stamp, hash, sign_in->user, now_us, sign_in->expires_us);
  return g_steal_pointer(&sign_in);
}

void
sign_in_free(SignIn *sign_in)
{
  if (sign_in == NULL)
    return;
  secret_free(sign_in->token);
  user_free(sign_in->user);
  g_free(sign_in);
}
