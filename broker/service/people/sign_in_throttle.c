/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_throttle.h"

#include "broker/policy/throttle.h"
#include "common/base/error.h"

#define STATES_MAX 50000

typedef struct {
  ThrottleState state;
  guint underway;
} Count;

struct SignInThrottle {
  GMutex mutex;
  GHashTable *counts; /* key → Count */
};

/* The kinds of policy/throttle.h that a guess is counted by. */
typedef struct {
  int from;
  int to; /* not itself */
} Kinds;

static Kinds
kinds_of(const Guess *guess)
{
  return guess->kind == GUESS_OWN || guess->kind == GUESS_OWN_CODE ? (Kinds){THROTTLE_OWN, THROTTLE_OWN + 1}
                                                                   : (Kinds){0, THROTTLE_STRANGER_KINDS};
}

SignInThrottle *
sign_in_throttle_new(void)
{
  SignInThrottle *throttle = g_new0(SignInThrottle, 1);
  g_mutex_init(&throttle->mutex);
  throttle->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return throttle;
}

/* Names are cut, so that a key cannot be made large. The first word is none that anybody types. */
static char *
make_key(int kind, const Guess *guess)
{
  const char *what = guess->kind == GUESS_CODE || guess->kind == GUESS_OWN_CODE ? "code-" : "";
  g_autofree char *address = throttle_network(guess->address);
  switch (kind) {
  case THROTTLE_PAIR:
    return g_strdup_printf("%spair %.64s %.64s", what, guess->account, address);
  case THROTTLE_ADDRESS:
    return g_strdup_printf("address %.64s", address);
  case THROTTLE_OWN:
    return g_strdup_printf("%sown %.64s", what, guess->account);
  default:
    return g_strdup_printf("%saccount %.64s", what, guess->account);
  }
}

static Count *
find(SignInThrottle *throttle, int kind, const Guess *guess)
{
  g_autofree char *key = make_key(kind, guess);
  return g_hash_table_lookup(throttle->counts, key);
}

static Count *
find_or_add(SignInThrottle *throttle, int kind, const Guess *guess)
{
  Count *count = find(throttle, kind, guess);
  if (count != NULL)
    return count;
  count = g_new0(Count, 1);
  g_hash_table_insert(throttle->counts, make_key(kind, guess), count);
  return count;
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

static gint64
wait_of(int kind, const Count *count, gint64 now_us)
{
  ThrottleState state = count->state;
  for (guint i = 0; i < count->underway; i++)
    state = throttle_failed(&state, now_us);
  return throttle_wait_us((ThrottleKind)kind, &state, now_us);
}

static gboolean
is_over(gpointer key, gpointer value, gpointer now_us)
{
  const Count *count = value;
  return count->underway == 0 && throttle_is_over(&count->state, *(const gint64 *)now_us);
}

/* Under a flood of made-up names: first what may be forgotten, then everything goes. Addresses keep few keys
 * each, so this takes an attacker with very many of them. */
static void
make_room(SignInThrottle *throttle, gint64 now_us)
{
  if (g_hash_table_size(throttle->counts) + THROTTLE_KINDS <= STATES_MAX)
    return;
  g_hash_table_foreach_remove(throttle->counts, is_over, &now_us);
  if (g_hash_table_size(throttle->counts) + THROTTLE_KINDS > STATES_MAX)
    g_hash_table_remove_all(throttle->counts);
}

gboolean
sign_in_throttle_begin(SignInThrottle *throttle, const Guess *guess, gint64 now_us, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  const Kinds kinds = kinds_of(guess);
  gint64 wait_us = 0;
  make_room(throttle, now_us);
  for (int kind = kinds.from; kind < kinds.to; kind++)
    wait_us = MAX(wait_us, wait_of(kind, find_or_add(throttle, kind, guess), now_us));
  if (!sign_in_throttle_allow(wait_us, error))
    return FALSE;
  for (int kind = kinds.from; kind < kinds.to; kind++)
    find_or_add(throttle, kind, guess)->underway++;
  return TRUE;
}

/* What one was right about says nothing of what else was tried from there, or of the account from elsewhere.
 */
static gboolean
settle_one(Count *count, int kind, GuessEnd end, gint64 now_us)
{
  gboolean forgets = end == GUESS_WAS_RIGHT && (kind == THROTTLE_PAIR || kind == THROTTLE_OWN);
  gboolean had_failed = forgets && count->state.failures > 0;
  if (forgets)
    count->state = (ThrottleState){0};
  if (end == GUESS_WAS_WRONG)
    count->state = throttle_failed(&count->state, now_us);
  return had_failed;
}

static gboolean
settle(SignInThrottle *throttle, const Guess *guess, GuessEnd end, gboolean was_begun, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  const Kinds kinds = kinds_of(guess);
  gboolean had_failed = FALSE;
  make_room(throttle, now_us);
  for (int kind = kinds.from; kind < kinds.to; kind++) {
    g_autofree char *key = make_key(kind, guess);
    Count *count = find_or_add(throttle, kind, guess);
    if (was_begun && count->underway > 0) /* a flood may have taken it away */
      count->underway--;
    had_failed = settle_one(count, kind, end, now_us) || had_failed;
    if (count->underway == 0 && count->state.failures == 0)
      g_hash_table_remove(throttle->counts, key);
  }
  return had_failed;
}

gboolean
sign_in_throttle_end(SignInThrottle *throttle, const Guess *guess, GuessEnd end, gint64 now_us)
{
  return settle(throttle, guess, end, TRUE, now_us);
}

gboolean
sign_in_throttle_note(SignInThrottle *throttle, const Guess *guess, GuessEnd end, gint64 now_us)
{
  return settle(throttle, guess, end, FALSE, now_us);
}

guint
sign_in_throttle_failures(SignInThrottle *throttle, const Guess *guess, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&throttle->mutex);
  const Count *count = find(throttle, kinds_of(guess).from, guess);
  return count != NULL && !throttle_is_over(&count->state, now_us) ? count->state.failures : 0;
}

void
sign_in_throttle_free(SignInThrottle *throttle)
{
  if (throttle == NULL)
    return;
  g_hash_table_unref(throttle->counts);
  g_mutex_clear(&throttle->mutex);
  g_free(throttle);
}
