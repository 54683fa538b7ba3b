/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_budget.h"

#include "broker/policy/token_bucket.h"
#include "common/base/error.h"

#define ADDRESSES_MAX 10000
#define SECOND_US     ((gint64)G_USEC_PER_SEC)

/* A ward that is switched on at once may come from one address; each request to join costs some ten
 * milliseconds of a processor. */
static const TokenRate of_address[DEVICE_BUDGETS] = {
    [DEVICE_BUDGET_ENROL] = {60, SECOND_US}, [DEVICE_BUDGET_FAILURE] = {20, 10 * SECOND_US}};
static const TokenRate of_all[DEVICE_BUDGETS] = {
    [DEVICE_BUDGET_ENROL] = {300, SECOND_US / 5}, [DEVICE_BUDGET_FAILURE] = {2000, SECOND_US / 20}};

struct DeviceBudget {
  GMutex mutex;
  GHashTable *addresses; /* "KIND ADDRESS" → TokenBucket */
  TokenBucket all[DEVICE_BUDGETS];
};

DeviceBudget *
device_budget_new(void)
{
  DeviceBudget *budget = g_new0(DeviceBudget, 1);
  g_mutex_init(&budget->mutex);
  budget->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return budget;
}

static char *
make_key(DeviceBudgetKind kind, const char *address)
{
  return g_strdup_printf("%d %.64s", (int)kind, address);
}

gboolean
device_budget_check(DeviceBudget *budget, DeviceBudgetKind kind, const char *address, gint64 now_us,
                    GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&budget->mutex);
  g_autofree char *key = make_key(kind, address);
  const TokenBucket *bucket = g_hash_table_lookup(budget->addresses, key);
  gint64 wait_us = token_bucket_wait_us(&budget->all[kind], &of_all[kind], now_us);
  if (bucket != NULL)
    wait_us = MAX(wait_us, token_bucket_wait_us(bucket, &of_address[kind], now_us));
  if (wait_us == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED,
              "Too many devices ask; try again in %" G_GINT64_FORMAT " seconds.",
              (wait_us + SECOND_US - 1) / SECOND_US);
  return FALSE;
}

static gboolean
is_full(gpointer key, gpointer bucket, gpointer now_us)
{
  return token_bucket_is_full(bucket, *(const gint64 *)now_us);
}

/* Under a flood from very many addresses the limit of all holds. */
static void
make_room(DeviceBudget *budget, gint64 now_us)
{
  if (g_hash_table_size(budget->addresses) < ADDRESSES_MAX)
    return;
  g_hash_table_foreach_remove(budget->addresses, is_full, &now_us);
  if (g_hash_table_size(budget->addresses) >= ADDRESSES_MAX)
    g_hash_table_remove_all(budget->addresses);
}

void
device_budget_take(DeviceBudget *budget, DeviceBudgetKind kind, const char *address, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&budget->mutex);
  make_room(budget, now_us);
  char *key = make_key(kind, address);
  const TokenBucket *before = g_hash_table_lookup(budget->addresses, key);
  TokenBucket *after = g_new(TokenBucket, 1);
  *after = token_bucket_take(before != NULL ? before : &(TokenBucket){0}, &of_address[kind], now_us);
  g_hash_table_replace(budget->addresses, key, after);
  budget->all[kind] = token_bucket_take(&budget->all[kind], &of_all[kind], now_us);
}

void
device_budget_free(DeviceBudget *budget)
{
  if (budget == NULL)
    return;
  g_hash_table_unref(budget->addresses);
  g_mutex_clear(&budget->mutex);
  g_free(budget);
}
