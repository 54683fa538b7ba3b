/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/request_reader.h"

#include "broker/api/client_address.h"
#include "broker/api/connection.h"
#include "broker/api/sign_in_token.h"
#include "common/base/error.h"

#include <string.h>

#define QUERY_MAX           4096
#define QUERY_NAMES_MAX     16
#define IDEMPOTENCY_KEY_MAX 255
#define IF_MATCH_MAX        64

static RouteMatch
find_route(SoupServerMessage *message, const Route **ret_route, GStrv *ret_parameters, char **ret_allow)
{
  GUri *uri = soup_server_message_get_uri(message);
  return route_find(soup_server_message_get_method(message), g_uri_get_path(uri), ret_route, ret_parameters,
                    ret_allow);
}

static gboolean
has_json_type(SoupMessageHeaders *headers)
{
  const char *type = soup_message_headers_get_content_type(headers, NULL);
  return type == NULL || strcmp(type, "application/json") == 0;
}

static const Route *
fail(guint status, guint *ret_status, GError **error, CarawayErrorCode code, const char *message)
{
  *ret_status = status;
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, message);
  return NULL;
}

/* One Host, one length, no length beside chunks: what would let two readers see two different requests. */
static gboolean
head_is_unambiguous(SoupMessageHeaders *headers)
{
  SoupMessageHeadersIter iterator;
  const char *name, *value;
  guint hosts = 0, lengths = 0, encodings = 0;
  soup_message_headers_iter_init(&iterator, headers);
  while (soup_message_headers_iter_next(&iterator, &name, &value)) {
    hosts += g_ascii_strcasecmp(name, "Host") == 0;
    lengths += g_ascii_strcasecmp(name, "Content-Length") == 0;
    encodings += g_ascii_strcasecmp(name, "Transfer-Encoding") == 0;
  }
  return hosts == 1 && lengths + encodings <= 1;
}

const Route *
request_reader_route(SoupServerMessage *message, guint *ret_status, char **ret_allow, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  if (!head_is_unambiguous(headers))
    return fail(400, ret_status, error, CARAWAY_ERROR_INVALID,
                "The request must have one Host and at most one of Content-Length and Transfer-Encoding.");
  switch (find_route(message, &route, &parameters, ret_allow)) {
  case ROUTE_FOUND:
    break;
  case ROUTE_UNKNOWN_METHOD:
    return fail(405, ret_status, error, CARAWAY_ERROR_INVALID, "This path does not take this method.");
  case ROUTE_BAD_PATH:
    return fail(400, ret_status, error, CARAWAY_ERROR_INVALID, "The path has a part that cannot be a name.");
  case ROUTE_UNKNOWN_PATH:
  default:
    return fail(404, ret_status, error, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this path.");
  }
  gboolean chunked = soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED;
  goffset length = soup_message_headers_get_content_length(headers);
  if (length > (goffset)route->body_limit || (chunked && route->body_limit == 0))
    return fail(413, ret_status, error, CARAWAY_ERROR_TOO_LARGE, "The body is longer than this path takes.");
  if ((length > 0 || chunked) && !has_json_type(headers))
    return fail(415, ret_status, error, CARAWAY_ERROR_MALFORMED,
                "The body must be of type application/json.");
  return route;
}

/* NULL when a name comes twice or the text is no query. */
static GHashTable *
read_query(const char *query, GError **error)
{
  g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (query == NULL || *query == '\0')
    return g_steal_pointer(&values);
  GUriParamsIter iterator;
  char *name, *value;
  g_autoptr(GError) local = NULL;
  gboolean wrong = strlen(query) > QUERY_MAX;
  g_uri_params_iter_init(&iterator, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (!wrong && g_uri_params_iter_next(&iterator, &name, &value, &local))
    wrong = !g_hash_table_replace(values, name, value) || g_hash_table_size(values) > QUERY_NAMES_MAX;
  if (!wrong && local == NULL)
    return g_steal_pointer(&values);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The query cannot be read.");
  return NULL;
}

/* A viewer that compares names would refuse such a portal; it is told the subject to expect instead. */
static gboolean
portal_is_misnamed(const Request *request, const Connection *connection)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  return !request->portal_has_own_ca && client_address_split(request->public_host, &host, &port) &&
         !connection_peer_has_name(connection, host);
}

static void
read_origin_of_client(Request *request, SoupMessageHeaders *headers, const Connection *connection)
{
  const Identity *peer = connection_peer(connection);
  request->peer = peer != NULL ? identity_new(peer->installation, peer->role, peer->name) : NULL;
  request->by_portal = peer != NULL && peer->role == IDENTITY_PORTAL;
  if (request->by_portal) {
    request->address = client_address_forwarded(soup_message_headers_get_list(headers, "X-Forwarded-For"));
    request->public_host = client_address_host(soup_message_headers_get_one(headers, "X-Forwarded-Host"));
    const char *certificate = soup_message_headers_get_one(headers, "Caraway-Portal-Certificate");
    request->portal_has_own_ca = g_strcmp0(certificate, "own") == 0;
  }
  if (request->address == NULL)
    request->address = g_strdup(connection_address(connection));
  if (request->public_host == NULL) {
    request->by_portal = FALSE; /* it asks for itself */
    request->public_host = client_address_host(soup_message_headers_get_one(headers, "Host"));
  }
  if (request->public_host == NULL)
    request->public_host = g_strdup("");
  request->portal_is_misnamed = request->by_portal && portal_is_misnamed(request, connection);
}

/* A header's bytes may be any; what databases keep is text. */
static gboolean
is_idempotency_key(const char *key)
{
  gsize length = 0;
  while (length <= IDEMPOTENCY_KEY_MAX && g_ascii_isprint(key[length]))
    length++;
  return length > 0 && key[length] == '\0' && length <= IDEMPOTENCY_KEY_MAX;
}

static gboolean
read_headers(Request *request, SoupMessageHeaders *headers, GError **error)
{
  const char *key = soup_message_headers_get_one(headers, "Idempotency-Key");
  const char *version = soup_message_headers_get_one(headers, "If-Match");
  if ((key != NULL && !is_idempotency_key(key)) || (version != NULL && strlen(version) > IF_MATCH_MAX)) {
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
        "Idempotency-Key takes 1 to 255 printable ASCII characters, If-Match an ETag of ours.");
    return FALSE;
  }
  request->idempotency_key = g_strdup(key);
  request->if_match = g_strdup(version);
  request->origin = g_strdup(soup_message_headers_get_list(headers, "Origin"));
  request->has_header = g_strcmp0(soup_message_headers_get_one(headers, "X-Caraway-Request"), "1") == 0;
  request->token = sign_in_token_find(soup_message_headers_get_list(headers, "Authorization"),
                                      soup_message_headers_get_list(headers, "Cookie"), &request->by_cookie);
  return TRUE;
}

Request *
request_reader_read(SoupServerMessage *message, GError **error)
{
  g_autoptr(Request) request = g_new0(Request, 1);
  g_autofree char *allow = NULL;
  if (find_route(message, &request->route, &request->parameters, &allow) != ROUTE_FOUND) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this path.");
    return NULL;
  }
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  request->method = g_strdup(soup_server_message_get_method(message));
  request->query = read_query(g_uri_get_query(soup_server_message_get_uri(message)), error);
  if (request->query == NULL || !read_headers(request, headers, error))
    return NULL;
  read_origin_of_client(request, headers, connection_of(message));
  request->body = soup_message_body_flatten(soup_server_message_get_request_body(message));
  return g_steal_pointer(&request);
}
