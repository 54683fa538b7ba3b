/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_history.h"

#include "broker/policy/throttle.h"
#include "broker/service/work.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"

#include <string.h>

#define OBJECT_PREFIX "user/"
#define ROWS_MAX      20000 /* of the newest: a start does not read the whole log of a flood */

static void
take(Services *services, const AuditEntry *entry, gint64 boot_offset_us)
{
  gint64 now_us = clock_boottime_us(services->clock);
  gint64 then_us = MIN(entry->time_us + boot_offset_us, now_us);
  if (!g_str_has_prefix(entry->object, OBJECT_PREFIX))
    return;
  const char *account = entry->object + strlen(OBJECT_PREFIX);
  const Guess password = {GUESS_PASSWORD, account, entry->address};
  const Guess code = {GUESS_CODE, account, entry->address};
  if (entry->succeeded) {
    (void)sign_in_throttle_note(services->throttle, &password, GUESS_WAS_RIGHT, now_us);
    (void)sign_in_throttle_note(services->throttle, &code, GUESS_WAS_RIGHT, now_us);
  } else if (g_str_equal(entry->code, error_code_name(CARAWAY_ERROR_BAD_CREDENTIALS))) {
    (void)sign_in_throttle_note(services->throttle, &password, GUESS_WAS_WRONG, then_us);
  } else if (g_str_equal(entry->code, error_code_name(CARAWAY_ERROR_WRONG_CODE))) {
    (void)sign_in_throttle_note(services->throttle, &code, GUESS_WAS_WRONG, then_us);
  }
}

gboolean
sign_in_history_recall(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(GPtrArray) entries = work != NULL
                                     ? audit_store_recent(work->transaction, "sign-in",
                                                          work->now_us - THROTTLE_FORGET_US, ROWS_MAX, error)
                                     : NULL;
  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    take(services, g_ptr_array_index(entries, i), clock_boottime_us(services->clock) - work->now_us);
  return TRUE;
}
