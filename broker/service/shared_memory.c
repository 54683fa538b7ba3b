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

static const struct {
  const char *failed, *done;
} guess_channels[GUESS_KINDS] = {[GUESS_PASSWORD] = {SHARED_SIGN_IN_FAILED, SHARED_SIGN_IN_DONE},
                                 [GUESS_CODE] = {SHARED_CODE_FAILED, SHARED_CODE_DONE},
                                 [GUESS_OWN] = {SHARED_OWN_FAILED, SHARED_OWN_DONE},
                                 [GUESS_OWN_CODE] = {SHARED_OWN_CODE_FAILED, SHARED_OWN_CODE_DONE}};

/* Nothing is written, so that it costs a commit without a flush. One broker alone has nobody to tell. */
static void
tell_guess(Services *services, const Guess *guess, GuessEnd end, gboolean had_failed)
{
  g_autoptr(GError) error = NULL;
  gboolean is_news = end == GUESS_WAS_WRONG || (end == GUESS_WAS_RIGHT && had_failed);
  if (!is_news || !cluster_is_shared(services->cluster))
    return;
  const char *channel =
      end == GUESS_WAS_WRONG ? guess_channels[guess->kind].failed : guess_channels[guess->kind].done;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &error);
  if (work != NULL)
    tell(work, channel, guess->account, guess->address, WORD_MAX);
  if (work == NULL || !work_commit(work, &error))
    log_debug("The other brokers were not told of a guess: %s", error->message);
}

gboolean
shared_memory_guess_begin(Services *services, const Guess *guess, GError **error)
{
  return sign_in_throttle_begin(services->throttle, guess, clock_boottime_us(services->clock), error);
}

void
shared_memory_guess_end(Services *services, const Guess *guess, GuessEnd end)
{
  gint64 now_us = clock_boottime_us(services->clock);
  tell_guess(services, guess, end, sign_in_throttle_end(services->throttle, guess, end, now_us));
}

void
shared_memory_guess_note(Services *services, const Guess *guess, GuessEnd end)
{
  gint64 now_us = clock_boottime_us(services->clock);
  tell_guess(services, guess, end, sign_in_throttle_note(services->throttle, guess, end, now_us));
}

static void
take_guess(Services *services, const char *channel, const char *account, const char *address)
{
  for (int kind = 0; kind < GUESS_KINDS; kind++) {
    gboolean failed = strcmp(channel, guess_channels[kind].failed) == 0;
    if (!failed && strcmp(channel, guess_channels[kind].done) != 0)
      continue;
    const Guess guess = {(GuessKind)kind, account, address};
    (void)sign_in_throttle_note(services->throttle, &guess, failed ? GUESS_WAS_WRONG : GUESS_WAS_RIGHT,
                                clock_boottime_us(services->clock));
  }
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
  else
    take_guess(services, channel, first, second);
}

gboolean
shared_memory_take(Services *services, const char *channel, const char *payload)
{
  static const char *const channels[] = {SHARED_POOL_FAILED,     SHARED_POOL_WORKS,    SHARED_POOL_OBSTACLE,
                                         SHARED_SIGN_IN_FAILED,  SHARED_SIGN_IN_DONE,  SHARED_CODE_FAILED,
                                         SHARED_CODE_DONE,       SHARED_OWN_FAILED,    SHARED_OWN_DONE,
                                         SHARED_OWN_CODE_FAILED, SHARED_OWN_CODE_DONE, NULL};
  if (!g_strv_contains(channels, channel))
    return FALSE;
  g_auto(GStrv) parts = g_strsplit(payload, SEPARATOR, 3);
  /* What this broker told it has taken already. */
  if (g_strv_length(parts) == 3 && !g_str_has_prefix(services->instance, parts[0]))
    take(services, channel, parts[1], parts[2]);
  return TRUE;
}
