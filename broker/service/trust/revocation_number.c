/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/revocation_number.h"

#include "broker/store/setting_store.h"
#include "common/base/error.h"

#define SETTING "revocation-number"

gboolean
revocation_number_read(DbTransaction *transaction, gint64 *ret_number, GError **error)
{
  GError *problem = NULL;
  g_autofree char *text = setting_store_get(transaction, SETTING, &problem);
  if (text == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  *ret_number = text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
  return TRUE;
}

/* Not lower than the time in seconds: a database that was restored from a backup goes on from there. */
gboolean
revocation_number_raise(DbTransaction *transaction, GError **error)
{
  gint64 number;
  if (!revocation_number_read(transaction, &number, error))
    return FALSE;
  number = MAX(number + 1, db_now_us(transaction) / G_TIME_SPAN_SECOND);
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
  return setting_store_set(transaction, SETTING, text, error);
}
