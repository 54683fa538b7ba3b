/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/account_end.h"

#include "broker/service/desktops/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "broker/store/session_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

gboolean
account_end_presence(Work *work, const Caller *caller, const char *user_id, const char *detail,
                     GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_user(work->transaction, user_id, error);
  return sessions != NULL && sign_in_store_remove_of_user(work->transaction, user_id, NULL, error) &&
         lifecycle_end_all(work, caller, sessions, CARAWAY_ERROR_FORBIDDEN, detail, error);
}

static gboolean
check_owns_nothing(Work *work, const User *user, GError **error)
{
  gint64 count;
  if (!desktop_store_count_owned(work->transaction, user->id, &count, error))
    return FALSE;
  if (count == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "%s owns %" G_GINT64_FORMAT " desktop%s; unassign %s first.", user->name, count,
              count == 1 ? "" : "s", count == 1 ? "it" : "them");
  return FALSE;
}

gboolean
account_end_remove(Work *work, const User *user, GError **error)
{
  return check_owns_nothing(work, user, error) &&
         desktop_store_forget_remakes(work->transaction, user->id, error) &&
         user_store_remove(work->transaction, user->id, error);
}
