/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request as values, taken apart on the main loop and handed to a worker: nothing in it belongs to the
 * HTTP library. Owns the reading of parameters, query and body, with the errors that a client sees.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "common/net/identity.h"

#include <json-glib/json-glib.h>

typedef struct Route Route;

typedef struct {
  const Route *route;
  char *method;                /**< "GET", "POST", … */
  GStrv parameters;            /**< decoded, in the order of the route's braces */
  GHashTable *query;           /**< name to value, decoded */
  GBytes *body;                /**< (nullable) */
  Identity *peer;              /**< (nullable) the machine behind the TLS connection */
  char *address;               /**< of the client, as far as known */
  char *public_host;           /**< HOST[:PORT] by which the client reached us or the portal */
  gboolean by_portal;          /**< the request came through a portal */
  gboolean portal_has_own_ca;  /**< whose public certificate is not of our CA */
  gboolean portal_is_misnamed; /**< whose certificate of our CA is not good for that name */
  char *token;                 /**< (nullable) of the sign-in; secret */
  char *device;                /**< (nullable) of the cookie of a known device; secret */
  char *oidc_secret;           /**< (nullable) of a sign-in by a provider that this browser began; secret */
  gboolean by_cookie;          /**< the token came in the cookie */
  gboolean has_header;         /**< X-Caraway-Request was there */
  char *origin;                /**< (nullable) */
  char *idempotency_key;       /**< (nullable) */
  char *if_match;              /**< (nullable) */
  char *client;                /**< what it says it is, by model/client_name.h; "" when it does not */
  gboolean is_patient;         /**< it is worked on where one may wait for other servers */
  Caller *caller;              /**< (nullable) set once the token was checked */
  char *within; /**< (nullable) of the list that is asked for, what the caller may see; see page.h */
} Request;

/** The @index th parameter of the path (transfer none). */
const char *request_parameter(const Request *request, guint index);

/** The value of @name in the query (transfer none), NULL when it is not there. */
const char *request_query(const Request *request, const char *name);

/** Sets @ret_value to whether @name in the query is "true", FALSE when it is not there; CARAWAY_ERROR_INVALID
 * when it is neither that nor "false". */
gboolean request_query_truth(const Request *request, const char *name, gboolean *ret_value,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_INVALID when the query has a name that is not in @names (NULL-terminated). */
gboolean request_check_query(const Request *request, const char *const *names,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The page that `limit` and `cursor` ask for; its texts live as long as @request. */
gboolean request_page(const Request *request, Page *ret_page, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The body, one JSON object with no other members than @members (transfer full); no body counts as {}. */
JsonObject *request_body(const Request *request, const char *const *members,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the body is missing or {}, for what takes no members. */
gboolean request_check_no_members(const Request *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The version in If-Match, 0 without one. CARAWAY_ERROR_INVALID when it is none of ours. */
gboolean request_version(const Request *request, gint64 *ret_version,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @request (nullable), wiping its token and body. */
void request_free(Request *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_free)
