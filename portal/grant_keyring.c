/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/grant_keyring.h"

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/grant_key.h"

#define REFRESH_EVERY_S 5 /* as the list of revoked certificates: a key that leaked goes within seconds */
#define REFRESH_GAP_US  (2 * G_USEC_PER_SEC)
#define WAITERS_MAX     512

struct GrantKeyring {
  BrokerClient *client;
  GrantKeySet *keys;
  GArray *waiters; /* of Waiter */
  guint timer, gap_timer;
  gint64 fetched_us;              /* steady time of the last fetch's end */
  gboolean is_fetching, was_told; /* that it fails */
};

typedef struct {
  GrantKeyringRefreshed refreshed;
  gpointer user_data;
} Waiter;

static gboolean
take_keys(GrantKeyring *ring, JsonArray *keys, GError **error)
{
  g_autoptr(GrantKeySet) set = grant_key_set_from_json(keys, error);
  if (set == NULL)
    return FALSE;
  grant_key_set_free(ring->keys);
  ring->keys = g_steal_pointer(&set);
  return TRUE;
}

/* Those who wait may ask again in their call, so the list is taken away first. */
static void
call_waiters(GrantKeyring *ring)
{
  g_autoptr(GArray) waiters = ring->waiters;
  ring->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  for (guint i = 0; i < waiters->len; i++) {
    const Waiter *waiter = &g_array_index(waiters, Waiter, i);
    waiter->refreshed(waiter->user_data);
  }
}

static void
on_keys(JsonArray *keys, const GError *error, gpointer data)
{
  GrantKeyring *ring = data;
  g_autoptr(GError) local = NULL;
  ring->is_fetching = FALSE;
  ring->fetched_us = clock_boottime_us(clock_system());
  gboolean done = error == NULL && take_keys(ring, keys, &local);
  const GError *problem = error != NULL ? error : local;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED))
    log_debug("the keys of grants were not fetched: %s", problem->message);
  else if (!done && !ring->was_told)
    log_warning("the keys of grants could not be fetched, the last ones hold: %s", problem->message);
  ring->was_told = !done;
  call_waiters(ring);
}

static void
fetch(GrantKeyring *ring)
{
  if (ring->is_fetching)
    return;
  ring->is_fetching = TRUE;
  broker_client_fetch_keys(ring->client, on_keys, ring);
}

static gboolean
on_timer(gpointer data)
{
  fetch(data);
  return G_SOURCE_CONTINUE;
}

gboolean
grant_keyring_may_know(const GrantKeyring *ring, const char *text)
{
  g_autofree char *id = grant_key_id_of(text);
  return id == NULL || grant_key_set_has(ring->keys, id);
}

static gboolean
on_gap_over(gpointer data)
{
  GrantKeyring *ring = data;
  ring->gap_timer = 0;
  fetch(ring);
  return G_SOURCE_REMOVE;
}

/* Not sooner than a gap after the last time, whatever key ids are invented meanwhile. */
static void
fetch_soon(GrantKeyring *ring)
{
  gint64 age_us = clock_boottime_us(clock_system()) - ring->fetched_us;
  if (ring->fetched_us == 0 || age_us >= REFRESH_GAP_US)
    fetch(ring);
  else if (ring->gap_timer == 0)
    ring->gap_timer = g_timeout_add((guint)((REFRESH_GAP_US - age_us) / 1000) + 1, on_gap_over, ring);
}

void
grant_keyring_refresh(GrantKeyring *ring, GrantKeyringRefreshed refreshed, gpointer user_data)
{
  if (ring->waiters->len >= WAITERS_MAX) {
    refreshed(user_data);
    return;
  }
  const Waiter waiter = {refreshed, user_data};
  g_array_append_val(ring->waiters, waiter);
  fetch_soon(ring);
}

Grant *
grant_keyring_verify(const GrantKeyring *ring, const char *text, GError **error)
{
  return grant_verify(text, -1, ring->keys, error);
}

gboolean
grant_keyring_is_ready(const GrantKeyring *ring)
{
  g_auto(GStrv) ids = grant_key_set_ids(ring->keys);
  return ids[0] != NULL;
}

GrantKeyring *
grant_keyring_new(BrokerClient *client, JsonArray *keys, GError **error)
{
  g_autoptr(GrantKeyring) ring = g_new0(GrantKeyring, 1);
  ring->client = client;
  ring->keys = grant_key_set_new();
  ring->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  if (keys != NULL && !take_keys(ring, keys, error))
    return NULL;
  ring->timer = g_timeout_add_seconds(REFRESH_EVERY_S, on_timer, ring);
  fetch(ring);
  return g_steal_pointer(&ring);
}

void
grant_keyring_free(GrantKeyring *ring)
{
  if (ring == NULL)
    return;
  g_clear_handle_id(&ring->timer, g_source_remove);
  g_clear_handle_id(&ring->gap_timer, g_source_remove);
  g_array_unref(ring->waiters);
  grant_key_set_free(ring->keys);
  g_free(ring);
}
