/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/request_reader.h"

#include "broker/api/client_address.h"
#include "broker/api/sign_in_token.h"
#include "broker/model/access_token.h"
#include "broker/model/client_name.h"
#include "common/base/error.h"
#include "common/net/http_body.h"

#include <string.h>

#define QUERY_MAX           4096
#define QUERY_NAMES_MAX     16
#define IDEMPOTENCY_KEY_MAX 255
#define IF_MATCH_MAX        64

static gboolean
fail(RequestRefusal *refusal, guint status, GError **error, CarawayErrorCode code, const char *sentence)
{
  refusal->status = status;
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, sentence);
  return FALSE;
}

/* What must not come twice: two readers could each believe another one. */
static gboolean
head_is_unambiguous(const HttpHead *head)
{
  static const char *const ONCE[] = {"Content-Type", "Authorization",    "Idempotency-Key",
                                     "If-Match",     "X-Forwarded-Host", "Caraway-Portal-Certificate"};
  for (gsize i = 0; i < G_N_ELEMENTS(ONCE); i++)
    if (http_head_count(head, ONCE[i]) > 1)
      return FALSE;
  return http_head_count(head, "Host") == 1;
}

/* RFC 9112 3.2.2: a target may name its server; then it must be the one in Host. */
static const char *
skip_authority(const char *target, const char *host)
{
  static const char SCHEME[] = "https://";
  if (g_ascii_strncasecmp(target, SCHEME, strlen(SCHEME)) != 0)
    return target;
  const char *authority = target + strlen(SCHEME);
  gsize length = strcspn(authority, "/?#");
  gboolean is_host =
      host != NULL && strlen(host) == length && g_ascii_strncasecmp(authority, host, length) == 0;
  return is_host ? authority + length : "";
}

/* Cuts the target into the path, still encoded, and the query (nullable). */
static gboolean
read_target(const HttpHead *head, char **ret_path, char **ret_query)
{
  g_autofree char *target = g_strndup(head->target.start, head->target.length);
  g_autofree char *host = http_head_get(head, "Host");
  const char *path = skip_authority(target, host);
  if (path[0] != '/' || strchr(path, '#') != NULL)
    return FALSE;
  gsize length = strcspn(path, "?");
  *ret_path = g_strndup(path, length);
  *ret_query = path[length] == '?' ? g_strdup(path + length + 1) : NULL;
  return TRUE;
}

/* URLs are kept by browsers, proxies and logs: a secret that came in one is a secret no more, and who sends
 * it there has to hear of it. */
static gboolean
names_no_secret(const char *path, const char *query, GError **error)
{
  static const char *const NAMES[] = {
      "token", "access_token", "access-token", "authorization", "password", "grant", NULL};
  g_autofree char *plain = query != NULL ? g_uri_unescape_string(query, NULL) : NULL;
  g_auto(GStrv) parts = g_strsplit(query != NULL ? query : "", "&", QUERY_NAMES_MAX + 1);
  gboolean has_secret = strstr(path, ACCESS_TOKEN_PREFIX) != NULL ||
                        (plain != NULL && strstr(plain, ACCESS_TOKEN_PREFIX) != NULL);
  for (char **part = parts; *part != NULL; part++) {
    g_autofree char *name = g_ascii_strdown(*part, (gssize)strcspn(*part, "="));
    has_secret = has_secret || g_strv_contains(NAMES, name);
  }
  if (has_secret)
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
        "A secret must not be in a URL, where others can read it: take it back, and send another "
        "one in the header Authorization.");
  return !has_secret;
}

static gboolean
has_json_type(const HttpHead *head)
{
  g_autofree char *type = http_head_get(head, "Content-Type");
  if (type == NULL)
    return TRUE;
  type[strcspn(type, "; \t")] = '\0';
  return g_ascii_strcasecmp(type, "application/json") == 0;
}

static gboolean
has_body(const HttpHead *head)
{
  HttpBody body;
  return http_body_begin(head, &body) && (body.is_chunked || body.length > 0);
}

static gboolean
find_route(const HttpHead *head, const char *path, Request *request, RequestRefusal *refusal, GError **error)
{
  switch (route_find(request->method, path, &request->route, &request->parameters, &refusal->allow)) {
  case ROUTE_FOUND:
    break;
  case ROUTE_UNKNOWN_METHOD:
    return fail(refusal, 405, error, CARAWAY_ERROR_INVALID, "This path does not take this method.");
  case ROUTE_BAD_PATH:
    return fail(refusal, 400, error, CARAWAY_ERROR_INVALID, "The path has a part that cannot be a name.");
  case ROUTE_UNKNOWN_PATH:
  default:
    return fail(refusal, 404, error, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this path.");
  }
  if (has_body(head) && !has_json_type(head))
    return fail(refusal, 415, error, CARAWAY_ERROR_MALFORMED, "The body must be of type application/json.");
  return TRUE;
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
portal_is_misnamed(const Request *request, const RequestSender *sender)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  return !request->portal_has_own_ca && client_address_split(request->public_host, &host, &port) &&
         !sender->peer_has_name(sender->connection, host);
}

static void
read_portal_headers(Request *request, const HttpHead *head)
{
  g_autofree char *client = http_head_join(head, "X-Forwarded-For");
  g_autofree char *host = http_head_get(head, "X-Forwarded-Host");
  g_autofree char *certificate = http_head_get(head, "Caraway-Portal-Certificate");
  request->address = client_address_forwarded(client);
  request->public_host = client_address_host(host);
  request->portal_has_own_ca = g_strcmp0(certificate, "own") == 0;
}

static void
read_origin_of_client(Request *request, const HttpHead *head, const RequestSender *sender)
{
  const Identity *peer = sender->peer;
  request->peer = peer != NULL ? identity_copy(peer) : NULL;
  request->by_portal = peer != NULL && peer->role == IDENTITY_PORTAL;
  if (request->by_portal)
    read_portal_headers(request, head);
  if (request->address == NULL)
    request->address = g_strdup(sender->address);
  if (request->public_host == NULL) {
    g_autofree char *host = http_head_get(head, "Host");
    request->by_portal = FALSE; /* it asks for itself */
    request->public_host = client_address_host(host);
  }
  if (request->public_host == NULL)
    request->public_host = g_strdup("");
  request->portal_is_misnamed = request->by_portal && portal_is_misnamed(request, sender);
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
read_headers(Request *request, const HttpHead *head, GError **error)
{
  request->idempotency_key = http_head_get(head, "Idempotency-Key");
  request->if_match = http_head_get(head, "If-Match");
  if ((request->idempotency_key != NULL && !is_idempotency_key(request->idempotency_key)) ||
      (request->if_match != NULL && strlen(request->if_match) > IF_MATCH_MAX)) {
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
        "Idempotency-Key takes 1 to 255 printable ASCII characters, If-Match an ETag of ours.");
    return FALSE;
  }
  g_autofree char *marked = http_head_get(head, "X-Caraway-Request");
  g_autofree char *authorization = http_head_get(head, "Authorization");
  g_autofree char *cookie = http_head_join(head, "Cookie");
  g_autofree char *user_agent = http_head_get(head, "User-Agent");
  request->origin = http_head_join(head, "Origin");
  request->client = client_name(user_agent);
  request->has_header = g_strcmp0(marked, "1") == 0;
  request->device = sign_in_token_find_device(cookie);
  request->oidc_secret = sign_in_token_find_oidc(cookie);
  request->token = sign_in_token_find(authorization, cookie, &request->by_cookie);
  return TRUE;
}

Request *
request_reader_read(const HttpHead *head, const RequestSender *sender, RequestRefusal *ret_refusal,
                    GError **error)
{
  g_autoptr(Request) request = g_new0(Request, 1);
  g_autofree char *path = NULL;
  g_autofree char *query = NULL;
  *ret_refusal = (RequestRefusal){.status = 400};
  if (!head_is_unambiguous(head) || !read_target(head, &path, &query)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "The request must have one Host, a path of this server, and no header twice.");
    return NULL;
  }
  if (!names_no_secret(path, query, error))
    return NULL;
  request->method = g_strndup(head->method.start, head->method.length);
  if (!find_route(head, path, request, ret_refusal, error))
    return NULL;
  request->query = read_query(query, error);
  if (request->query == NULL || !read_headers(request, head, error))
    return NULL;
  read_origin_of_client(request, head, sender);
  return g_steal_pointer(&request);
}
