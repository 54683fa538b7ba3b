/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/shared_memory.h"

#include "common/base/log.h"

#include <string.h>

#define SENDER_BYTES 8
#define TEXT_MAX     144 /* with sender and id less than a notice may have */
#define WORD_MAX     64  /* as the throttle cuts them */
#define SEPARATOR    "\t"

/* At most @limit bytes of @text, valid and in one piece (transfer full). */
static char *
cut(const char *text, gsize limit)
{
  g_autofree char *part = g_strndup(text, limit);
  const char *end;
  if (!g_utf8_validate(part, -1, &end))
    part[end - part] = '\0';
  return g_strdelimit(g_steal_pointer(&part), SEPARATOR, ' ');
}

static void
tell(Work *work, const char *channel, const char *first, const char *second, gsize limit)
{
  g_autofree char *one = cut(first, WORD_MAX);
  g_autofree char *other = cut(second, limit);
  g_autofree char *payload = g_strdup_printf("%.*s" SEPARATOR "%s" SEPARATOR "%s", SENDER_BYTES,
                                             work->services->instance, one, other);
  work_notify(work, channel, payload);
}

void
shared_memory_pool_failed(Work *work, const char *pool_id, const char *reason)
{
  keeper_memory_failed(work->services->keeper_memory, pool_id, reason,
                       clock_boottime_us(work->services->clock));
  tell(work, SHARED_POOL_FAILED, pool_id, reason, TEXT_MAX);
}

void
shared_memory_pool_works(Work *work, const char *pool_id)
{
  keeper_memory_succeeded(work->services->keeper_memory, pool_id);
  tell(work, SHARED_POOL_WORKS, pool_id, "", TEXT_MAX);
}

/* Told again at each turn while there are any: a broker that came later hears of them, too. */
void
shared_memory_pool_obstacles(Work *work, const char *pool_id, const char *const *obstacles)
{
  gboolean had = keeper_memory_set_obstacles(work->services->keeper_memory, pool_id, obstacles);
  if (obstacles == NULL && !had)
    return;
  g_autofree char *joined = obstacles != NULL ? g_strjoinv(" ", (GStrv)obstacles) : g_strdup("");
  tell(work, SHARED_POOL_OBSTACLE, pool_id, joined, TEXT_MAX);
}

/* Nothing is written, so that it costs a commit without a flush. One broker alone has nobody to tell. */
static void
tell_sign_in(Services *services, const char *channel, const char *account, const char *address)
{
  g_autoptr(GError) error = NULL;
  if (!cluster_is_shared(services->cluster))
    return;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &error);
  if (work != NULL)
    tell(work, channel, account, address, WORD_MAX);
  if (work == NULL || !work_commit(work, &error))
    log_debug("The other brokers were not told of a sign-in: %s", error->message);
}

void
shared_memory_sign_in_failed(Services *services, const char *account, const char *address)
{
  sign_in_throttle_failed(services->throttle, account, address, clock_boottime_us(services->clock));
  tell_sign_in(services, SHARED_SIGN_IN_FAILED, account, address);
}

void
shared_memory_sign_in_done(Services *services, const char *account, const char *address)
{
  if (sign_in_throttle_succeeded(services->throttle, account, address))
    tell_sign_in(services, SHARED_SIGN_IN_DONE, account, address);
}

static void
take(Services *services, const char *channel, const char *first, const char *second)
{
  gint64 now_us = clock_boottime_us(services->clock);
  const char *obstacles[] = {second, NULL};
  if (strcmp(channel, SHARED_POOL_FAILED) == 0)
    keeper_memory_failed(services->keeper_memory, first, second, now_us);
  else if (strcmp(channel, SHARED_POOL_WORKS) == 0)
    keeper_memory_succeeded(services->keeper_memory, first);
  else if (strcmp(channel, SHARED_POOL_OBSTACLE) == 0)
    keeper_memory_set_obstacles(services->keeper_memory, first, second[0] != '\0' ? obstacles : NULL);
  else if (strcmp(channel, SHARED_SIGN_IN_FAILED) == 0)
    sign_in_throttle_failed(services->throttle, first, second, now_us);
  else
    (void)sign_in_throttle_succeeded(services->throttle, first, second);
}

gboolean
shared_memory_take(Services *services, const char *channel, const char *payload)
{
  static const char *const channels[] = {SHARED_POOL_FAILED,    SHARED_POOL_WORKS,   SHARED_POOL_OBSTACLE,
                                         SHARED_SIGN_IN_FAILED, SHARED_SIGN_IN_DONE, NULL};
  if (!g_strv_contains(channels, channel))
    return FALSE;
  g_auto(GStrv) parts = g_strsplit(payload, SEPARATOR, 3);
  /* What this broker told it has taken already. */
  if (g_strv_length(parts) == 3 && !g_str_has_prefix(services->instance, parts[0]))
    take(services, channel, parts[1], parts[2]);
  return TRUE;
}
