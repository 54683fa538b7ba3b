/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to the REST interface and its answer, as values: no socket is seen here. The functions for a
 * noun (api_account.h, api_session.h) build an ApiRequest and read an ApiAnswer; api_client.h carries one to
 * the server and brings the other back, waiting or on the main loop alike.
 */
#pragma once

#include <json-glib/json-glib.h>

#define API_ANSWER_MAX_BYTES (4 * 1024 * 1024)

/** A request. It may be sent again: its idempotency key stays, so that a retry does not do the thing twice.
 */
typedef struct {
  const char *method; /**< "GET", "POST" … (static) */
  char *path;         /**< below /api/v1, percent-encoded, with the query */
  JsonObject *body;   /**< (nullable) */
  char *idempotency_key;
  char *if_match;
  gboolean is_download; /**< the answer is bytes instead of a JSON object */
} ApiRequest;

/** What came back with a status of 200 … 299. */
typedef struct {
  guint status;
  JsonObject *object; /**< (nullable) NULL for 204 and for a download */
  GBytes *bytes;      /**< (nullable) the body of a download */
  char *etag;         /**< (nullable) for If-Match */
} ApiAnswer;

/**
 * A request for @method (static) and the path made of the segments that follow, each percent-encoded, up to
 * NULL: api_request_new("POST", "pools", name, "connect", NULL). Returns (transfer full).
 */
ApiRequest *api_request_new(const char *method, ...) G_GNUC_NULL_TERMINATED;

/** As api_request_new(), with the NULL-terminated array @segments. */
ApiRequest *api_request_new_segments(const char *method, const char *const *segments);

/** Adds ?@name=@value to the path, percent-encoded. */
void api_request_add_query(ApiRequest *request, const char *name, const char *value);

/** Makes @body (transfer full) the JSON body. */
void api_request_take_body(ApiRequest *request, JsonObject *body);

/** Gives @request a fresh random Idempotency-Key. */
void api_request_make_idempotent(ApiRequest *request);

/** Sends If-Match with @etag, so that an object that somebody changed meanwhile is left alone. */
void api_request_set_if_match(ApiRequest *request, const char *etag);

/** Frees @request (nullable). */
void api_request_free(ApiRequest *request);

/** Frees @answer (nullable). */
void api_answer_free(ApiAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiRequest, api_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiAnswer, api_answer_free)
