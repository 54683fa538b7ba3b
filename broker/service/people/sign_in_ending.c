/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_ending.h"

#include "broker/service/cluster/change_feed.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/console_password_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/session_store.h"
#include "broker/store/sign_in_store.h"

static gboolean
has_desktop(const Session *session)
{
  return session->state == SESSION_READY || session->state == SESSION_CONNECTED ||
         session->state == SESSION_DISCONNECTED;
}

/* The epoch is raised as well: a grant that was given out and not spent yet opens nothing any more. */
static gboolean
cut(Work *work, Session *session, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  if (desktop == NULL)
    return FALSE;
  HostCommand order = {.kind = HOST_COMMAND_CUT,
                       .desktop = desktop->id,
                       .epoch = desktop->epoch,
                       .session = session->id,
                       .reason = error_code_name(CARAWAY_ERROR_DISCONNECTED)};
  g_free(session->device);
  session->device = g_strdup("");
  if (!work_command(work, desktop->host, &order, error) ||
      !session_store_update(work->transaction, session, error))
    return FALSE;
  desktop->epoch.counter++;
  work_tell(work, session->id);
  return lifecycle_command(work, desktop, HOST_COMMAND_EPOCH, error) &&
         desktop_store_update(work->transaction, desktop, error);
}

/* Those that the sign-in @only (nullable) opened, or all but what @keep (nullable) did. */
static gboolean
cut_consoles(Work *work, const char *user_id, const char *only, const char *keep, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_user(work->transaction, user_id, error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++) {
    Session *session = g_ptr_array_index(sessions, i);
    gboolean is_meant =
        only != NULL ? g_str_equal(session->device, only) : g_strcmp0(session->device, keep) != 0;
    if (is_meant && *session->device != '\0' && has_desktop(session) && !cut(work, session, error))
      return FALSE;
  }
  return sessions != NULL;
}

gboolean
sign_in_ending_one(Work *work, const char *user_id, const char *token_hash, GError **error)
{
  work_notify(work, CHANGE_SIGN_IN, user_id);
  return console_password_store_remove_of_device(work->transaction, token_hash, error) &&
         sign_in_store_remove(work->transaction, token_hash, error) &&
         cut_consoles(work, user_id, token_hash, NULL, error);
}

gboolean
sign_in_ending_all(Work *work, const char *user_id, const char *keep_hash, GError **error)
{
  g_autoptr(GPtrArray) rows = sign_in_store_of_user(work->transaction, user_id, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const SignInRow *row = g_ptr_array_index(rows, i);
    if (g_strcmp0(row->token_hash, keep_hash) != 0 &&
        !console_password_store_remove_of_device(work->transaction, row->token_hash, error))
      return FALSE;
  }
  work_notify(work, CHANGE_SIGN_IN, user_id);
  return rows != NULL && sign_in_store_remove_of_user(work->transaction, user_id, keep_hash, error) &&
         cut_consoles(work, user_id, NULL, keep_hash, error);
}
