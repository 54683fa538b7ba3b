/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/grant.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/json_writer.h"
#include "common/base/secret.h"
#include "common/wire/grant_key.h"

#include <string.h>

#define PREFIX   "cwg1."
#define TEXT_MAX 128
#define TIME_MAX (G_GINT64_CONSTANT(1) << 40)

static const char *const CHANNELS[] = {"main",      "display",  "inputs", "cursor", "playback", "record",
                                       "smartcard", "usbredir", "port",   "webdav", NULL};
static const char *const VIEWERS[] = {"native", "browser", "vv", NULL};
static const char *const MEMBERS[] = {"id",      "session", "desktop",  "epoch", "host",
                                      "address", "port",    "identity", "user",  "channels",
                                      "issued",  "expires", "viewer",   NULL};

const char *const *
grant_channel_names(void)
{
  return CHANNELS;
}

gboolean
grant_allows_channel(const Grant *grant, const char *channel)
{
  return g_strv_contains((const char *const *)grant->channels, channel);
}

gboolean
grant_is_expired(const Grant *grant, gint64 now_s)
{
  return now_s >= grant->expires_s;
}

static gboolean
name_is_valid(const char *name)
{
  return name != NULL && *name != '\0' && strlen(name) <= TEXT_MAX;
}

static gboolean
channels_are_valid(char *const *channels)
{
  if (channels == NULL || channels[0] == NULL || g_strv_length((char **)channels) >= G_N_ELEMENTS(CHANNELS))
    return FALSE;
  for (gsize i = 0; channels[i] != NULL; i++)
    if (!g_strv_contains(CHANNELS, channels[i]))
      return FALSE;
  return TRUE;
}

static gboolean
grant_is_valid(const Grant *grant)
{
  return grant->id != NULL && g_uuid_string_is_valid(grant->id) && grant->session != NULL &&
         g_uuid_string_is_valid(grant->session) && grant->desktop != NULL &&
         g_uuid_string_is_valid(grant->desktop) && name_is_valid(grant->host) &&
         name_is_valid(grant->address) && grant->port != 0 && name_is_valid(grant->identity) &&
         name_is_valid(grant->user) && channels_are_valid(grant->channels) && grant->viewer != NULL &&
         g_strv_contains(VIEWERS, grant->viewer) && grant->issued_s > 0 &&
         grant->expires_s >= grant->issued_s && grant->expires_s < TIME_MAX;
}

static char *
claims_text(const Grant *grant)
{
  g_autofree char *epoch = epoch_text(grant->epoch);
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, "id", grant->id);
  json_writer_add_text(writer, "session", grant->session);
  json_writer_add_text(writer, "desktop", grant->desktop);
  json_writer_add_text(writer, "epoch", epoch);
  json_writer_add_text(writer, "host", grant->host);
  json_writer_add_text(writer, "address", grant->address);
  json_writer_add_int(writer, "port", grant->port);
  json_writer_add_text(writer, "identity", grant->identity);
  json_writer_add_text(writer, "user", grant->user);
  json_writer_begin_array(writer, "channels");
  for (char **channel = grant->channels; *channel != NULL; channel++)
    json_writer_add_text(writer, NULL, *channel);
  json_writer_end_array(writer);
  json_writer_add_int(writer, "issued", grant->issued_s);
  json_writer_add_int(writer, "expires", grant->expires_s);
  json_writer_add_text(writer, "viewer", grant->viewer);
  json_writer_end_object(writer);
  return json_writer_finish(writer);
}

char *
grant_sign(const Grant *grant, const GrantKey *key, GError **error)
{
  if (!grant_is_valid(grant)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "A claim of the grant has a wrong shape.");
    return NULL;
  }
  g_autofree char *claims = claims_text(grant);
  g_autofree char *payload = secret_to_base64url((const guint8 *)claims, strlen(claims));
  g_autofree char *signed_text = g_strconcat(PREFIX, grant_key_id(key), ".", payload, NULL);
  guint8 signature[crypto_sign_BYTES];
  grant_key_sign(key, signed_text, signature);
  g_autofree char *signature_text = secret_to_base64url(signature, sizeof signature);
  char *text = g_strconcat(signed_text, ".", signature_text, NULL);
  if (strlen(text) <= GRANT_TEXT_MAX)
    return text;
  secret_free(text);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The grant would be longer than %d bytes.",
              GRANT_TEXT_MAX);
  return NULL;
}

static char **
read_channels(JsonObject *object)
{
  JsonArray *array = json_get_array(object, "channels", G_N_ELEMENTS(CHANNELS) - 1, NULL);
  if (array == NULL)
    return NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
      return NULL;
    g_strv_builder_add(builder, json_node_get_string(node));
  }
  return g_strv_builder_end(builder);
}

static char *
read_text(JsonObject *object, const char *name)
{
  return g_strdup(json_get_string(object, name, TEXT_MAX, NULL));
}

static Grant *
read_claims(JsonObject *object)
{
  g_autoptr(Grant) grant = g_new0(Grant, 1);
  grant->id = read_text(object, "id");
  grant->session = read_text(object, "session");
  grant->desktop = read_text(object, "desktop");
  grant->host = read_text(object, "host");
  grant->address = read_text(object, "address");
  grant->identity = read_text(object, "identity");
  grant->user = read_text(object, "user");
  grant->viewer = read_text(object, "viewer");
  grant->channels = read_channels(object);
  gint64 port = 0;
  g_autofree char *epoch = read_text(object, "epoch");
  if (!json_check_members(object, MEMBERS, NULL) ||
      !json_get_int(object, "port", 1, G_MAXUINT16, &port, NULL) ||
      !json_get_int(object, "issued", 1, TIME_MAX, &grant->issued_s, NULL) ||
      !json_get_int(object, "expires", 1, TIME_MAX, &grant->expires_s, NULL) ||
      !epoch_parse(epoch, &grant->epoch))
    return NULL;
  grant->port = (guint16)port;
  return grant_is_valid(grant) ? g_steal_pointer(&grant) : NULL;
}

/* The three parts behind the prefix are found from the outside in; base64url holds no dots. */
static Grant *
read_verified(const char *text, const GrantKeySet *keys)
{
  if (!g_str_has_prefix(text, PREFIX))
    return NULL;
  const char *id = text + strlen(PREFIX);
  const char *payload = strchr(id, '.');
  const char *signature = payload != NULL ? strchr(payload + 1, '.') : NULL;
  if (signature == NULL || !grant_key_id_is_valid(id, (gsize)(payload - id)))
    return NULL;
  g_autofree char *key_id = g_strndup(id, (gsize)(payload - id));
  g_autoptr(GBytes) signature_bytes = secret_from_base64url(signature + 1, -1);
  if (signature_bytes == NULL || g_bytes_get_size(signature_bytes) != crypto_sign_BYTES ||
      !grant_key_set_check(keys, key_id, text, (gsize)(signature - text),
                           g_bytes_get_data(signature_bytes, NULL)))
    return NULL;
  g_autoptr(GBytes) claims = secret_from_base64url(payload + 1, signature - payload - 1);
  if (claims == NULL)
    return NULL;
  g_autoptr(JsonObject) object =
      json_parse_object(g_bytes_get_data(claims, NULL), g_bytes_get_size(claims), GRANT_TEXT_MAX, NULL);
  return object != NULL ? read_claims(object) : NULL;
}

Grant *
grant_verify(const char *text, gssize length, const GrantKeySet *keys, GError **error)
{
  gsize size = length >= 0 ? (gsize)length : strnlen(text, GRANT_TEXT_MAX + 1);
  Grant *grant = NULL;
  if (size > 0 && size <= GRANT_TEXT_MAX && memchr(text, '\0', size) == NULL) {
    g_autofree char *copy = g_strndup(text, size);
    grant = read_verified(copy, keys);
  }
  if (grant == NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID,
                        "This permission to open the desktop is not genuine. Open the desktop again.");
  return grant;
}

void
grant_free(Grant *grant)
{
  if (grant == NULL)
    return;
  g_free(grant->id);
  g_free(grant->session);
  g_free(grant->desktop);
  g_free(grant->host);
  g_free(grant->address);
  g_free(grant->identity);
  g_free(grant->user);
  g_strfreev(grant->channels);
  g_free(grant->viewer);
  g_free(grant);
}
