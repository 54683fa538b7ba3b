/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/access_tokens.h"
#include "broker/service/people/second_factor.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/rights/rights.h"
#include "broker/store/second_factor_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

static gboolean
refuse(GError **error, const char *sentence, const char *name)
{
  g_autofree char *text = g_strdup_printf("%s %s", name, sentence);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, text);
  return FALSE;
}

static gboolean
check(const Caller *caller, const User *user, GError **error)
{
  if (g_str_equal(caller->user_id, user->id))
    return refuse(error, "is your own account; you can turn its second factor off with a code.", user->name);
  return user->second_factor || refuse(error, "has no second factor.", user->name);
}

/* Access tokens, too: whoever has the phone may have made some. */
gboolean
second_factor_reset(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(User) user = work != NULL ? user_store_find(work->transaction, key, error) : NULL;
  if (user == NULL || !rights_check_not_above(work, caller, user->id, error) || !check(caller, user, error) ||
      !second_factor_store_remove(work->transaction, user->id, error) ||
      !sign_in_ending_all(work, user->id, NULL, error) ||
      !access_tokens_revoke_of(work, caller, user->id, error) ||
      !work_audit(work, caller, "second-factor.reset", "user", user->name, "", error))
    return FALSE;
  return work_commit(work, error);
}
