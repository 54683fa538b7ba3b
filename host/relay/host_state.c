/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/host_state.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/wire/grant_key.h"

#define KEYS_MAX     64
#define REVOKED_MAX  256
#define DESKTOPS_MAX 4096
#define TEXT_MAX     64

struct HostState {
  GrantKeySet *keys;
  GHashTable *withdrawn; /* set of ids of keys that the agent's list had once and has no longer */
  GHashTable *revoked;   /* set of ids: what they opened ends */
  BrokerClock broker_clock;
  SpentStore *store;
  GHashTable *desktops; /* set of ids */
  gboolean is_known;
};

HostState *
host_state_new(JsonArray *keys, const Clock *clock, SpentStore *store, GError **error)
{
  g_autoptr(HostState) state = g_new0(HostState, 1);
  state->keys = keys != NULL ? grant_key_set_from_json(keys, error) : grant_key_set_new();
  state->withdrawn = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  state->revoked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  state->desktops = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  state->store = store;
  broker_clock_init(&state->broker_clock, clock);
  return state->keys != NULL ? g_steal_pointer(&state) : NULL;
}

/* What another broker says of a key that was taken back may be older than that. */
static void
note_withdrawn(HostState *state, const GrantKeySet *keys)
{
  g_auto(GStrv) before = grant_key_set_ids(state->keys);
  g_auto(GStrv) now = grant_key_set_ids(keys);
  for (char **id = before; *id != NULL; id++)
    g_hash_table_add(state->withdrawn, g_strdup(*id));
  for (char **id = now; *id != NULL; id++)
    g_hash_table_remove(state->withdrawn, *id);
}

/* [{"id"}]; an older agent tells of none. */
static gboolean
take_revoked(HostState *state, JsonObject *message, GError **error)
{
  if (!json_object_has_member(message, "revoked_keys"))
    return TRUE;
  JsonArray *array = json_get_array(message, "revoked_keys", REVOKED_MAX, error);
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    const char *id = JSON_NODE_HOLDS_OBJECT(node)
                         ? json_get_string(json_node_get_object(node), "id", TEXT_MAX, error)
                         : NULL;
    if (id == NULL) {
      g_clear_error(error);
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "revoked_keys holds something else than ids");
      return FALSE;
    }
    g_hash_table_add(state->revoked, g_strdup(id));
  }
  return array != NULL;
}

gboolean
host_state_is_revoked(const HostState *state, const char *grant_text)
{
  g_autofree char *id = grant_key_id_of(grant_text);
  return id != NULL && g_hash_table_contains(state->revoked, id);
}

static gboolean
take_keys(HostState *state, JsonObject *message, GError **error)
{
  JsonArray *array = json_get_array(message, "grant_keys", KEYS_MAX, error);
  GrantKeySet *keys = array != NULL ? grant_key_set_from_json(array, error) : NULL;
  if (keys == NULL || !take_revoked(state, message, error)) {
    grant_key_set_free(keys);
    return FALSE;
  }
  note_withdrawn(state, keys);
  grant_key_set_free(state->keys);
  state->keys = keys;
  return TRUE;
}

gboolean
host_state_may_know(const HostState *state, const char *grant_text)
{
  g_autofree char *id = grant_key_id_of(grant_text);
  return id == NULL || grant_key_set_has(state->keys, id) || g_hash_table_contains(state->withdrawn, id);
}

gboolean
host_state_add_keys(HostState *state, JsonArray *array, GError **error)
{
  g_autoptr(GrantKeySet) keys = grant_key_set_from_json(array, error);
  if (keys == NULL)
    return FALSE;
  g_auto(GStrv) ids = grant_key_set_ids(keys);
  for (char **id = ids; *id != NULL; id++)
    if (!grant_key_set_has(state->keys, *id) && !g_hash_table_contains(state->withdrawn, *id))
      grant_key_set_add_from(state->keys, keys, *id);
  return TRUE;
}

static gboolean
take_time(HostState *state, JsonObject *message, GError **error)
{
  gint64 time_ms = 0;
  if (!json_get_int(message, "broker_time_ms", 0, G_MAXINT64 / 1000, &time_ms, error))
    return FALSE;
  broker_clock_set(&state->broker_clock, time_ms);
  spent_store_compact(state->store, broker_clock_now_s(&state->broker_clock));
  return TRUE;
}

static gboolean
read_desktop(JsonObject *message, const char **ret_id, Epoch *ret_epoch, GError **error)
{
  const char *id = json_get_string(message, "id", TEXT_MAX, error);
  const char *text = id != NULL ? json_get_string(message, "epoch", EPOCH_TEXT_MAX, error) : NULL;
  if (text == NULL)
    return FALSE;
  if (!epoch_parse(text, ret_epoch)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "epoch is not GENERATION.COUNTER");
    return FALSE;
  }
  *ret_id = id;
  return TRUE;
}

static gboolean
take_desktop(HostState *state, JsonObject *message, GError **error)
{
  const char *id = NULL;
  Epoch epoch;
  if (!read_desktop(message, &id, &epoch, error))
    return FALSE;
  g_hash_table_add(state->desktops, g_strdup(id));
  spent_store_raise(state->store, id, epoch);
  return TRUE;
}

static void
forget_desktop(HostState *state, const char *id)
{
  spent_store_forget(state->store, id);
  g_hash_table_remove(state->desktops, id);
}

static gboolean
take_gone(HostState *state, JsonObject *message, GError **error)
{
  const char *id = json_get_string(message, "id", TEXT_MAX, error);
  if (id != NULL)
    forget_desktop(state, id);
  return id != NULL;
}

/* Two passes, so that a list with a fault changes nothing. */
static gboolean
take_desktops(HostState *state, JsonArray *list, GError **error)
{
  g_autoptr(GHashTable) listed = g_hash_table_new(g_str_hash, g_str_equal);
  const char *id = NULL;
  Epoch epoch;
  for (guint i = 0; i < json_array_get_length(list); i++) {
    JsonNode *node = json_array_get_element(list, i);
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "desktops holds something else than objects");
      return FALSE;
    }
    if (!read_desktop(json_node_get_object(node), &id, &epoch, error))
      return FALSE;
    g_hash_table_add(listed, (gpointer)id);
  }
  g_autoptr(GList) old = g_hash_table_get_keys(state->desktops);
  for (GList *at = old; at != NULL; at = at->next)
    if (!g_hash_table_contains(listed, at->data))
      forget_desktop(state, at->data);
  for (guint i = 0; i < json_array_get_length(list); i++)
    if (!take_desktop(state, json_array_get_object_element(list, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
take_state(HostState *state, JsonObject *message, GError **error)
{
  JsonArray *list = json_get_array(message, "desktops", DESKTOPS_MAX, error);
  if (list == NULL || !take_keys(state, message, error) || !take_desktops(state, list, error) ||
      !take_time(state, message, error))
    return FALSE;
  state->is_known = TRUE;
  return TRUE;
}

gboolean
host_state_take(HostState *state, const char *type, JsonObject *message, gboolean *ret_is_known,
                GError **error)
{
  static const struct {
    const char *type;
    gboolean (*take)(HostState *state, JsonObject *message, GError **error);
  } takers[] = {
      {"state", take_state},     {"keys", take_keys},         {"time", take_time},
      {"desktop", take_desktop}, {"desktop-gone", take_gone},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(takers); i++)
    if (g_str_equal(takers[i].type, type)) {
      *ret_is_known = TRUE;
      return takers[i].take(state, message, error);
    }
  *ret_is_known = FALSE;
  return TRUE;
}

gboolean
host_state_is_known(const HostState *state)
{
  return state->is_known;
}

gboolean
host_state_has_desktop(const HostState *state, const char *desktop)
{
  return g_hash_table_contains(state->desktops, desktop);
}

gint64
host_state_now_s(const HostState *state)
{
  return broker_clock_now_s(&state->broker_clock);
}

const GrantKeySet *
host_state_keys(const HostState *state)
{
  return state->keys;
}

void
host_state_free(HostState *state)
{
  if (state == NULL)
    return;
  grant_key_set_free(state->keys);
  g_hash_table_unref(state->withdrawn);
  g_hash_table_unref(state->revoked);
  g_hash_table_unref(state->desktops);
  g_free(state);
}
