/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/away_sign_outs.h"

struct AwaySignOuts {
  GMutex mutex;
  GHashTable *outs; /* token hash → AwaySignOut */
};

static void
sign_out_free(gpointer data)
{
  AwaySignOut *out = data;
  g_free(out->token_hash);
  g_free(out->user_id);
  g_free(out->user_name);
  g_free(out->address);
  g_free(out);
}

static AwaySignOut *
sign_out_new(const AwaySignOut *values)
{
  const AwaySignOut copy = {g_strdup(values->token_hash), g_strdup(values->user_id),
                            g_strdup(values->user_name), g_strdup(values->address), values->time_us};
  return g_memdup2(&copy, sizeof copy);
}

AwaySignOuts *
away_sign_outs_new(void)
{
  AwaySignOuts *outs = g_new0(AwaySignOuts, 1);
  g_mutex_init(&outs->mutex);
  outs->outs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, sign_out_free);
  return outs;
}

gboolean
away_sign_outs_add(AwaySignOuts *outs, const Caller *caller, gint64 time_us)
{
  const AwaySignOut values = {caller->token_hash, caller->user_id, caller->user_name, caller->address,
                              time_us};
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&outs->mutex);
  if (g_hash_table_size(outs->outs) >= AWAY_SIGN_OUTS_MAX)
    return FALSE;
  AwaySignOut *out = sign_out_new(&values);
  g_hash_table_replace(outs->outs, out->token_hash, out);
  return TRUE;
}

gboolean
away_sign_outs_has(AwaySignOuts *outs, const char *token_hash)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&outs->mutex);
  return g_hash_table_contains(outs->outs, token_hash);
}

GPtrArray *
away_sign_outs_peek(AwaySignOuts *outs, guint limit)
{
  GPtrArray *some = g_ptr_array_new_with_free_func(sign_out_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&outs->mutex);
  GHashTableIter iter;
  gpointer out;
  g_hash_table_iter_init(&iter, outs->outs);
  while (some->len < limit && g_hash_table_iter_next(&iter, NULL, &out))
    g_ptr_array_add(some, sign_out_new(out));
  return some;
}

void
away_sign_outs_drop(AwaySignOuts *outs, const GPtrArray *written)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&outs->mutex);
  for (guint i = 0; i < written->len; i++)
    g_hash_table_remove(outs->outs, ((AwaySignOut *)g_ptr_array_index(written, i))->token_hash);
}

void
away_sign_outs_free(AwaySignOuts *outs)
{
  if (outs == NULL)
    return;
  g_hash_table_unref(outs->outs);
  g_mutex_clear(&outs->mutex);
  g_free(outs);
}
