/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/creation_keys.h"

#include "broker/service/work.h"
#include "broker/store/creation_store.h"
#include "common/base/error.h"

gboolean
creation_keys_find(Services *services, const char *key_hash, const char *body_hash, CreationState *ret_state,
                   char **ret_object, char **ret_answer, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(CreationRow) row = creation_store_find(work->transaction, key_hash, &problem);
  if (row == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  *ret_state = CREATION_NEW;
  if (row == NULL)
    return TRUE;
  if (!g_str_equal(row->body_hash, body_hash)) {
    *ret_state = CREATION_OTHER;
    return TRUE;
  }
  *ret_state = *row->answer != '\0' ? CREATION_ANSWERED : CREATION_UNANSWERED;
  *ret_object = g_steal_pointer(&row->object);
  *ret_answer = g_steal_pointer(&row->answer);
  return TRUE;
}

gboolean
creation_keys_answer(Services *services, const char *key_hash, const char *answer, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && creation_store_set_answer(work->transaction, key_hash, answer, error) &&
         work_commit(work, error);
}
