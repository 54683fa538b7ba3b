/* SPDX-License-Identifier: Apache-2.0 */
/* Signing keys and sets of public keys; the codec is in grant.c. */
#include "common/wire/grant_key.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <errno.h>
#include <string.h>

#define GRANT_PREFIX    "cwg1."
#define MACHINE_MAX     22 /* with a hyphen and eight digits no more than GRANT_KEY_ID_MAX */
#define KEYS_MAX        64
#define KEY_FILE_MAX    4096
#define PUBLIC_TEXT_MAX 64

struct GrantKey {
  char *id;
  guint8 secret[crypto_sign_SECRETKEYBYTES];
};

struct GrantKeySet {
  GHashTable *by_id; /* char* -> GBytes* of crypto_sign_PUBLICKEYBYTES */
};

gboolean
grant_key_id_is_valid(const char *id, gsize length)
{
  if (length == 0 || length > GRANT_KEY_ID_MAX)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower(id[i]) && !g_ascii_isdigit(id[i]) && id[i] != '-')
      return FALSE;
  return TRUE;
}

char *
grant_key_make_id(const char *machine)
{
  char *id = g_strdup_printf("%.*s-%08x", MACHINE_MAX, machine, g_random_int());
  return g_strdelimit(id, ".", '-');
}

GrantKey *
grant_key_new(const char *id)
{
  g_return_val_if_fail(grant_key_id_is_valid(id, strlen(id)), NULL);
  if (sodium_init() < 0)
    g_error("libsodium cannot be initialised");
  GrantKey *key = g_new0(GrantKey, 1);
  key->id = g_strdup(id);
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_keypair(public_key, key->secret);
  return key;
}

static GrantKey *
key_from_json(JsonObject *object, GError **error)
{
  const char *id = json_get_string(object, "id", GRANT_KEY_ID_MAX, error);
  const char *secret = id != NULL ? json_get_string(object, "secret_key", 2 * PUBLIC_TEXT_MAX, error) : NULL;
  if (secret == NULL)
    return NULL;
  g_autoptr(GBytes) bytes = secret_from_base64url(secret, -1);
  if (!grant_key_id_is_valid(id, strlen(id)) || bytes == NULL ||
      g_bytes_get_size(bytes) != crypto_sign_SECRETKEYBYTES) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The key in it does not have its shape.");
    return NULL;
  }
  GrantKey *key = g_new0(GrantKey, 1);
  key->id = g_strdup(id);
  memcpy(key->secret, g_bytes_get_data(bytes, NULL), sizeof key->secret);
  return key;
}

GrantKey *
grant_key_load(const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) local = NULL;
  GrantKey *key = NULL;
  if (g_file_get_contents(path, &text, &size, &local)) {
    g_autoptr(JsonObject) object = json_parse_object(text, size, KEY_FILE_MAX, &local);
    if (object != NULL)
      key = key_from_json(object, &local);
    sodium_memzero(text, size);
  }
  if (key == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The grant signing key %s cannot be read: %s",
                path, local->message);
  return key;
}

gboolean
grant_key_save(const GrantKey *key, const char *path, GError **error)
{
  char *secret = secret_to_base64url(key->secret, sizeof key->secret);
  char *text = g_strdup_printf("{\"id\":\"%s\",\"secret_key\":\"%s\"}\n", key->id, secret);
  gboolean saved = g_file_set_contents_full(
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
  secret_free(secret);
  secret_free(text);
  return saved;
}

const char *
grant_key_id(const GrantKey *key)
{
  return key->id;
}

char *
grant_key_public(const GrantKey *key)
{
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_ed25519_sk_to_pk(public_key, key->secret);
  return secret_to_base64url(public_key, sizeof public_key);
}

void
grant_key_sign(const GrantKey *key, const char *text, guint8 ret_signature[crypto_sign_BYTES])
{
  crypto_sign_detached(ret_signature, NULL, (const guint8 *)text, strlen(text), key->secret);
}

void
grant_key_free(GrantKey *key)
{
  if (key == NULL)
    return;
  g_free(key->id);
  sodium_memzero(key->secret, sizeof key->secret);
  g_free(key);
}

GrantKeySet *
grant_key_set_new(void)
{
  GrantKeySet *keys = g_new0(GrantKeySet, 1);
  keys->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  return keys;
}

GrantKeySet *
grant_key_set_from_json(JsonArray *array, GError **error)
{
  guint length = json_array_get_length(array);
  g_autoptr(GrantKeySet) keys = grant_key_set_new();
  for (guint i = 0; i < length && length <= KEYS_MAX; i++) {
    JsonNode *node = json_array_get_element(array, i);
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *id = object != NULL ? json_get_string(object, "id", GRANT_KEY_ID_MAX, NULL) : NULL;
    const char *public_key =
        object != NULL ? json_get_string(object, "public_key", PUBLIC_TEXT_MAX, NULL) : NULL;
    if (id == NULL || public_key == NULL || !grant_key_set_add_public(keys, id, public_key))
      break;
  }
  if (g_hash_table_size(keys->by_id) != length) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "The grant keys are not a list of at most %d keys with an id of its own and a public_key.",
                KEYS_MAX);
    return NULL;
  }
  return g_steal_pointer(&keys);
}

JsonArray *
grant_key_set_to_json(const GrantKeySet *keys)
{
  JsonArray *array = json_array_new();
  g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(keys->by_id), (GCompareFunc)strcmp);
  for (GList *item = ids; item != NULL; item = item->next) {
    GBytes *bytes = g_hash_table_lookup(keys->by_id, item->data);
    g_autofree char *text = secret_to_base64url(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    JsonObject *object = json_object_new();
    json_object_set_string_member(object, "id", item->data);
    json_object_set_string_member(object, "public_key", text);
    json_array_add_object_element(array, object);
  }
  return array;
}

void
grant_key_set_add(GrantKeySet *keys, const GrantKey *key)
{
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_ed25519_sk_to_pk(public_key, key->secret);
  g_hash_table_replace(keys->by_id, g_strdup(key->id), g_bytes_new(public_key, sizeof public_key));
}

gboolean
grant_key_set_add_public(GrantKeySet *keys, const char *id, const char *public_key)
{
  g_autoptr(GBytes) bytes = secret_from_base64url(public_key, -1);
  if (!grant_key_id_is_valid(id, strlen(id)) || bytes == NULL ||
      g_bytes_get_size(bytes) != crypto_sign_PUBLICKEYBYTES)
    return FALSE;
  g_hash_table_replace(keys->by_id, g_strdup(id), g_steal_pointer(&bytes));
  return TRUE;
}

char *
grant_key_id_of(const char *text)
{
  if (!g_str_has_prefix(text, GRANT_PREFIX))
    return NULL;
  const char *id = text + strlen(GRANT_PREFIX);
  const char *end = strchr(id, '.');
  return end != NULL && grant_key_id_is_valid(id, (gsize)(end - id)) ? g_strndup(id, (gsize)(end - id))
                                                                     : NULL;
}

gboolean
grant_key_set_has(const GrantKeySet *keys, const char *id)
{
  return g_hash_table_contains(keys->by_id, id);
}

GStrv
grant_key_set_ids(const GrantKeySet *keys)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  GHashTableIter iterator;
  gpointer id;
  g_hash_table_iter_init(&iterator, keys->by_id);
  while (g_hash_table_iter_next(&iterator, &id, NULL))
    g_strv_builder_add(builder, id);
  return g_strv_builder_end(builder);
}

void
grant_key_set_add_from(GrantKeySet *keys, const GrantKeySet *others, const char *id)
{
  GBytes *public_key = g_hash_table_lookup(others->by_id, id);
  if (public_key != NULL)
    g_hash_table_replace(keys->by_id, g_strdup(id), g_bytes_ref(public_key));
}

gboolean
grant_key_set_check(const GrantKeySet *keys, const char *id, const char *text, gsize length,
                    const guint8 signature[crypto_sign_BYTES])
{
  GBytes *public_key = g_hash_table_lookup(keys->by_id, id);
  return public_key != NULL && crypto_sign_verify_detached(signature, (const guint8 *)text, length,
                                                           g_bytes_get_data(public_key, NULL)) == 0;
}

void
grant_key_set_free(GrantKeySet *keys)
{
  if (keys == NULL)
    return;
  g_hash_table_unref(keys->by_id);
  g_free(keys);
}
