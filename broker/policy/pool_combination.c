/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_combination.h"

#include "broker/policy/pool_settings.h"
#include "common/base/error.h"

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, sentence);
  return FALSE;
}

gboolean
pool_combination_check_asked(PoolKind kind, const PoolSettings *settings, GError **error)
{
  const struct {
    gboolean asked;
    const char *what;
  } cases[] = {
      {settings->image != NULL, "image"},
      {settings->naming != NULL, "naming pattern"},
      {settings->size != -1, "size"},
      {settings->size_min != -1, "least size"},
      {settings->spares != -1, "spares"},
      {settings->schedule != NULL, "schedule"},
      {settings->vcpus != -1, "virtual processors to choose"},
      {settings->memory_mib != -1, "memory to choose"},
      {settings->disks != -1, "extra disks"},
      {settings->network != NULL, "network to choose"},
      {settings->heads != -1, "number of monitors to choose"},
      {settings->account != NULL, "local account to choose"},
      {settings->hosts != NULL, "hosts to choose"},
      {settings->placement != NULL, "placement"},
  };
  for (guint i = 0; kind == POOL_MANUAL && i < G_N_ELEMENTS(cases); i++)
    if (cases[i].asked)
      return refuse(error, "A manual pool has no %s: its desktops are machines that exist already.",
                    cases[i].what);
  return TRUE;
}

static gboolean
check_floating(const Pool *pool, GError **error)
{
  if (pool->on_logoff != POOL_LOGOFF_RECLONE)
    return refuse(error, "Desktops of a floating pool are made anew after use: “on_logoff” can only be "
                         "reclone. Make a dedicated pool to keep them.");
  if (pool->on_disconnect == POOL_DISCONNECT_SHUTDOWN)
    return refuse(error, "Desktops of a floating pool are never off: “on_disconnect” can be keep, lock or "
                         "logoff, which destroys the desktop.");
  return TRUE;
}

/* No agent of ours is in a machine that was there before: nobody locks its screen, signs its user out or
 * tells how long it has been idle. */
static gboolean
check_manual(const Pool *pool, GError **error)
{
  if (pool->on_logoff == POOL_LOGOFF_RECLONE)
    return refuse(error, "Machines of a manual pool are never destroyed: “on_logoff” can be keep or stop.");
  if (pool->on_disconnect == POOL_DISCONNECT_LOCK || pool->on_disconnect == POOL_DISCONNECT_LOGOFF)
    return refuse(error,
                  "“on_disconnect” of a manual pool can be keep or shutdown: there is no agent of Caraway in "
                  "its machines that could lock them or sign anybody out.");
  if (pool->idle_limit_s != 0)
    return refuse(error, "A manual pool has no “idle_limit_s”: there is no agent of Caraway in its machines "
                         "that could tell how long nobody used them. Set it to 0; “session_limit_s” works.");
  return TRUE;
}

static gboolean
check_limits(const Pool *pool, GError **error)
{
  const struct {
    guint limit_s;
    const char *member;
  } limits[] = {{pool->idle_limit_s, "idle_limit_s"}, {pool->session_limit_s, "session_limit_s"}};
  for (guint i = 0; i < G_N_ELEMENTS(limits); i++)
    if (limits[i].limit_s != 0 && pool->warning_s >= limits[i].limit_s)
      return refuse(error,
                    "The warning of %u seconds must come within “%s” of %u seconds; make the limit longer "
                    "or “warning_s” shorter.",
                    pool->warning_s, limits[i].member, limits[i].limit_s);
  if (pool->on_disconnect == POOL_DISCONNECT_KEEP && pool->on_disconnect_delay_s != 0)
    return refuse(error, "“on_disconnect_delay_s” says when something is done after a disconnection, but "
                         "“on_disconnect” is keep: choose lock, logoff or shutdown, or a delay of 0.");
  return TRUE;
}

static gboolean
check_schedule(const Pool *pool, GError **error)
{
  for (guint i = 0; pool->schedule != NULL && i < pool->schedule->count; i++) {
    const ScheduleRule *rule = &pool->schedule->rules[i];
    g_autofree char *title = pool_schedule_rule_title(rule);
    if (rule->size != -1 && rule->size < pool->size_min)
      return refuse(error, "The rule %s of the schedule has the size %d, less than “size_min” %u.", title,
                    (int)rule->size, pool->size_min);
    if (rule->size != -1 && rule->spares > rule->size)
      return refuse(error, "The rule %s of the schedule wants %d spares but has only the size %d.", title,
                    (int)rule->spares, (int)rule->size);
  }
  return TRUE;
}

static gboolean
check_own_desktops(const Pool *pool, GError **error)
{
  if (pool->kind != POOL_MANUAL && pool->size > 0 && pool->desktops_per_user > pool->size)
    return refuse(error, "“desktops_per_user” is %u but the pool has only the size %u.",
                  pool->desktops_per_user, pool->size);
  if (pool->size_min > pool->size)
    return refuse(error, "“size_min” is %u but the pool has only the size %u.", pool->size_min, pool->size);
  return TRUE;
}

gboolean
pool_combination_check(const Pool *pool, GError **error)
{
  if (pool->kind == POOL_FLOATING && !check_floating(pool, error))
    return FALSE;
  if (pool->kind == POOL_MANUAL && !check_manual(pool, error))
    return FALSE;
  return check_own_desktops(pool, error) && check_limits(pool, error) && check_schedule(pool, error);
}
