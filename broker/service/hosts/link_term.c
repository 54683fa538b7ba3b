/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/link_term.h"

#include "broker/store/host_store.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"

#define TERM_SETTING     "term"
#define GENERATION_SHIFT 32

static gboolean
read_highest(Work *work, gint64 *ret_term, GError **error)
{
  GError *problem = NULL;
  g_autofree char *text = setting_store_get(work->transaction, TERM_SETTING, &problem);
  if (text == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  *ret_term = text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
  return TRUE;
}

/* One row of numbers for all hosts: a host that was removed and joins again does not begin anew. The
 * generation stands above: after a backup was restored, terms are higher than any before. */
gboolean
link_term_begin(Work *work, Host *host, GError **error)
{
  gint64 highest = 0;
  if (!read_highest(work, &highest, error))
    return FALSE;
  gint64 base = (gint64)(work->services->generation << GENERATION_SHIFT);
  gint64 term = MAX(MAX(highest, host->term), base) + 1;
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, term);
  host->term = term;
  g_free(host->link_broker);
  host->link_broker = g_strdup(work->services->instance);
  return setting_store_set(work->transaction, TERM_SETTING, text, error) &&
         host_store_set_link(work->transaction, host->name, term, host->link_broker, error);
}

/* Says what is wrong with a link that does not count. */
static void
refuse(Work *work, const char *name, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Host) host = host_store_find(work->transaction, name, &problem);
  if (host == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "The host %s was removed from this installation; let it join again.", name);
  else if (host == NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH,
                "The host %s has a newer link, or is taken for silent; it has to say hello again.", name);
}

gboolean
link_term_check(Work *work, const char *host, gint64 term, GError **error)
{
  gboolean is_newest;
  if (!host_store_has_link(work->transaction, host, term, work->services->instance, &is_newest, error))
    return FALSE;
  if (!is_newest)
    refuse(work, host, error);
  return is_newest;
}

gboolean
link_term_end(Work *work, Host *host, GError **error)
{
  g_clear_pointer(&host->link_broker, g_free);
  return host_store_set_link(work->transaction, host->name, host->term, NULL, error);
}
