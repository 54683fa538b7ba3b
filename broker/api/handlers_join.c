/* SPDX-License-Identifier: Apache-2.0 */
/* A machine joins: the token is spent, then the authority signs (docs/protocols.md, 1). */
#include "broker/api/machine_handlers.h"
#include "broker/api/views.h"
#include "broker/service/cluster/broker_directory.h"
#include "broker/service/hosts/host_registry.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/wire/join_token.h"

#include <string.h>

#define TOKEN_MAX_BYTES   256
#define NAME_MAX_BYTES    63
#define ADDRESS_MAX_BYTES 253
#define PEM_MAX_BYTES     16384

typedef struct {
  JsonObject *body;
  JoinTokenParts *token;
  const char *name;
  const char *request_pem;
  GPtrArray *addresses;          /* borrowed texts, NULL at the end */
  const char *relay_request_pem; /* of a host */
  const char *relay_address;
  gint64 relay_port;
} Join;

static void
join_clear(Join *join)
{
  g_clear_pointer(&join->body, json_object_unref);
  g_clear_pointer(&join->token, join_token_parts_free);
  g_clear_pointer(&join->addresses, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Join, join_clear)

/* PEM has line breaks, which json_get_string() refuses; what is in it is the authority's to judge. */
static const char *
get_pem(JsonObject *body, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member(body, name);
  const char *pem = node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  if (pem != NULL && strlen(pem) <= PEM_MAX_BYTES)
    return pem;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be a certificate request in PEM.",
              name);
  return NULL;
}

static GPtrArray *
get_addresses(JsonObject *body, GError **error)
{
  JsonArray *array = json_get_array(body, "addresses", AUTHORITY_MAX_ADDRESSES, error);
  if (array == NULL)
    return NULL;
  g_autoptr(GPtrArray) addresses = g_ptr_array_new();
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    const char *address = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    if (!authority_address_is_valid(address)) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                          "“addresses” must be a list of IP addresses and DNS names.");
      return NULL;
    }
    g_ptr_array_add(addresses, (gpointer)address);
  }
  g_ptr_array_add(addresses, NULL);
  return g_steal_pointer(&addresses);
}

static gboolean
read_token(Join *join, GError **error)
{
  const char *text = json_get_string(join->body, "token", TOKEN_MAX_BYTES, error);
  if (text == NULL)
    return FALSE;
  join->token = join_token_parse(text);
  if (join->token == NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN,
                        "This is not a join token. Make a new one.");
  return join->token != NULL;
}

static gboolean
read_relay(Join *join, GError **error)
{
  if (strcmp(join->token->role, "host") != 0)
    return TRUE;
  join->relay_request_pem = get_pem(join->body, "relay_csr", error);
  if (join->relay_request_pem == NULL)
    return FALSE;
  join->relay_address = json_get_string(join->body, "relay_address", ADDRESS_MAX_BYTES, error);
  if (join->relay_address == NULL ||
      !json_get_int(join->body, "relay_port", 1, G_MAXUINT16, &join->relay_port, error))
    return FALSE;
  if (authority_address_is_valid(join->relay_address))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                      "“relay_address” must be an IP address or a DNS name.");
  return FALSE;
}

static gboolean
read_join(Join *join, const Request *request, GError **error)
{
  static const char *const MEMBERS[] = {"token",     "name",          "csr",        "addresses",
                                        "relay_csr", "relay_address", "relay_port", NULL};
  join->body = request_body(request, MEMBERS, error);
  if (join->body == NULL || !read_token(join, error))
    return FALSE;
  join->name = json_get_string(join->body, "name", NAME_MAX_BYTES, error);
  if (join->name == NULL)
    return FALSE;
  if (!identity_name_is_valid(join->name)) {
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
        "“name” must be up to 63 of a-z, 0-9, '-' and '.', and begin and end with a letter or digit.");
    return FALSE;
  }
  join->request_pem = get_pem(join->body, "csr", error);
  join->addresses = join->request_pem != NULL ? get_addresses(join->body, error) : NULL;
  return join->addresses != NULL && read_relay(join, error);
}

static char *
sign(const ApiContext *context, IdentityRole role, const Join *join, const char *request_pem,
     const char *const *addresses, GError **error)
{
  g_autoptr(Identity) identity = identity_new(context->identity->installation, role, join->name);
  return authority_sign(context->authority, request_pem, identity, addresses, error);
}

static void
add_grant_keys(const ApiContext *context, JsonBuilder *builder)
{
  g_autoptr(GPtrArray) keys = broker_directory_keys(context->services);
  json_builder_set_member_name(builder, "grant_keys");
  json_builder_begin_array(builder);
  for (guint i = 0; i < keys->len; i++) {
    const BrokerKey *key = g_ptr_array_index(keys, i);
    if (key->public_key == NULL)
      continue;
    json_builder_begin_object(builder);
    view_text(builder, "id", key->id);
    view_text(builder, "public_key", key->public_key);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
}

/* Where else a machine is answered. */
static void
add_brokers(const ApiContext *context, JsonBuilder *builder)
{
  g_auto(GStrv) addresses = broker_directory_addresses(context->services);
  json_builder_set_member_name(builder, "brokers");
  json_builder_begin_array(builder);
  for (char **address = addresses; *address != NULL; address++)
    json_builder_add_string_value(builder, *address);
  json_builder_end_array(builder);
}

static void
answer_join(const ApiContext *context, const Join *join, const char *certificate,
            const char *relay_certificate, Answer *answer)
{
  g_autofree char *broker = identity_text(context->identity);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "installation", context->identity->installation);
  view_text(builder, "name", join->name);
  view_text(builder, "certificate", certificate);
  if (relay_certificate != NULL)
    view_text(builder, "relay_certificate", relay_certificate);
  view_text(builder, "ca", authority_ca_pem(context->authority));
  add_grant_keys(context, builder);
  view_text(builder, "broker_identity", broker);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
}

static GPtrArray *
rows_of(const char *certificate, const char *relay_certificate, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_row_free);
  const char *const texts[] = {certificate, relay_certificate};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    CertificateRow *row = texts[i] != NULL ? certificate_facts_of_pem(texts[i], error) : NULL;
    if (texts[i] != NULL && row == NULL)
      return NULL;
    if (row != NULL)
      g_ptr_array_add(rows, row);
  }
  return g_steal_pointer(&rows);
}

/* The certificates are made before the token is spent and handed out after: a bad request must not cost the
 * token. */
gboolean
handle_join(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_auto(Join) join = {0};
  if (!read_join(&join, request, error))
    return FALSE;
  gboolean is_host = join.relay_request_pem != NULL;
  g_autofree char *certificate = sign(context, is_host ? IDENTITY_HOST : IDENTITY_PORTAL, &join,
                                      join.request_pem, (const char *const *)join.addresses->pdata, error);
  if (certificate == NULL)
    return FALSE;
  g_autofree char *relay_certificate = NULL;
  if (is_host) {
    const char *addresses[] = {join.relay_address, NULL};
    relay_certificate = sign(context, IDENTITY_RELAY, &join, join.relay_request_pem, addresses, error);
    if (relay_certificate == NULL)
      return FALSE;
  }
  g_autoptr(GPtrArray) rows = rows_of(certificate, relay_certificate, error);
  if (rows == NULL ||
      !host_registry_join(context->services, join.token->secret, join.token->role, join.name,
                          join.relay_address, (guint16)join.relay_port, rows, request->address, error))
    return FALSE;
  answer_join(context, &join, certificate, relay_certificate, answer);
  return TRUE;
}

gboolean
handle_grant_keys(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_grant_keys(context, builder);
  add_brokers(context, builder);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
