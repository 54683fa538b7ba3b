/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_names.h"

#include "broker/policy/desktop_naming.h"
#include "broker/store/desktop_number_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"

/* A name is taken by an older desktop only after a change of patterns, or by one that was brought along. */
char *
desktop_names_take(Work *work, const Pool *pool, GError **error)
{
  for (;;) {
    guint number;
    gboolean taken;
    if (!desktop_number_store_take(work->transaction, pool->id, &number, error))
      return NULL;
    if (number > DESKTOP_NUMBER_MAX) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                  "All names that %s makes for desktops of %s are used up; change the pattern.", pool->naming,
                  pool->name);
      return NULL;
    }
    g_autofree char *name = desktop_naming_name(pool->naming, number);
    if (!desktop_number_store_is_taken(work->transaction, name, &taken, error))
      return NULL;
    if (!taken)
      return g_steal_pointer(&name);
  }
}

char *
desktop_names_take_again(Work *work, const Pool *pool, const char *name, GError **error)
{
  guint number = desktop_naming_number(pool->naming, name);
  gboolean taken = FALSE;
  if (number != 0 && !desktop_number_store_take_back(work->transaction, pool->id, number, &taken, error))
    return NULL;
  return taken ? g_strdup(name) : desktop_names_take(work, pool, error);
}

gboolean
desktop_names_give_back(Work *work, const char *pool_id, const char *name, GError **error)
{
  g_autofree char *naming = NULL;
  if (!pool_store_get_naming(work->transaction, pool_id, &naming, error))
    return FALSE;
  guint number = naming != NULL ? desktop_naming_number(naming, name) : 0;
  return number == 0 || desktop_number_store_give_back(work->transaction, pool_id, number, error);
}
