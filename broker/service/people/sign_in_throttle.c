/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_throttle.h"

#include "broker/policy/throttle.h"
#include "common/base/error.h"

#define STATES_MAX 50000

struct SignInThrottle {
  GMutex mutex;
  GHashTable *states; /* key → ThrottleState */
};

SignInThrottle *
sign_in_throttle_new(void)
{
  SignInThrottle *throttle = g_new0(SignInThrottle, 1);
  g_mutex_init(&throttle->mutex);
  throttle->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return throttle;
}

/* Names are cut, so that a key cannot be made large. */
static char *
make_key(ThrottleKind kind, const char *account, const char *from)
{
  g_autofree char *address = throttle_network(from);
  switch (kind) {
  case THROTTLE_PAIR:
    return g_strdup_printf("p %.64s %.64s", account, address);
  case THROTTLE_ADDRESS:
    return g_strdup_printf("i %.64s", address);
  default:
    return g_strdup_printf("a %.64s", account);
  }
}

gboolean
sign_in_throttle_allow(gint64 wait_us, GError **error)
{
  if (wait_us == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED,
              "Too many attempts failed; try again in %" G_GINT64_FORMAT " seconds.",
              (wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  return FALSE;
}

gboolean
sign_in_throttle_check(SignInThrottle *throttle, const char *account, const char *address, gint64 now_us,
                       GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  gint64 wait_us = 0;
  for (int kind = 0; kind < THROTTLE_STRANGER_KINDS; kind++) {
    g_autofree char *key = make_key((ThrottleKind)kind, account, address);
    const ThrottleState *state = g_hash_table_lookup(throttle->states, key);
    if (state != NULL)
      wait_us = MAX(wait_us, throttle_wait_us((ThrottleKind)kind, state, now_us));
  }
  return sign_in_throttle_allow(wait_us, error);
}

static gboolean
is_over(gpointer key, gpointer state, gpointer now_us)
{
  return throttle_is_over(state, *(const gint64 *)now_us);
}

/* Under a flood of made-up names: first what may be forgotten, then everything goes. Addresses keep few keys
 * each, so this takes an attacker with very many of them. */
static void
make_room(SignInThrottle *throttle, gint64 now_us)
{
  if (g_hash_table_size(throttle->states) + THROTTLE_KINDS <= STATES_MAX)
    return;
  g_hash_table_foreach_remove(throttle->states, is_over, &now_us);
  if (g_hash_table_size(throttle->states) + THROTTLE_KINDS > STATES_MAX)
    g_hash_table_remove_all(throttle->states);
}

void
sign_in_throttle_failed(SignInThrottle *throttle, const char *account, const char *address, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  make_room(throttle, now_us);
  for (int kind = 0; kind < THROTTLE_STRANGER_KINDS; kind++) {
    char *key = make_key((ThrottleKind)kind, account, address);
    const ThrottleState *before = g_hash_table_lookup(throttle->states, key);
    ThrottleState *after = g_new0(ThrottleState, 1);
    *after = throttle_failed(before != NULL ? before : &(ThrottleState){0}, now_us);
    g_hash_table_replace(throttle->states, key, after);
  }
}

gboolean
sign_in_throttle_succeeded(SignInThrottle *throttle, const char *account, const char *address)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  g_autofree char *key = make_key(THROTTLE_PAIR, account, address);
  return g_hash_table_remove(throttle->states, key);
}

void
sign_in_throttle_free(SignInThrottle *throttle)
{
  if (throttle == NULL)
    return;
  g_hash_table_unref(throttle->states);
  g_mutex_clear(&throttle->mutex);
  g_free(throttle);
}
