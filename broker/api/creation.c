/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/creation.h"

#include "broker/api/answer_seal.h"
#include "broker/api/problem.h"
#include "broker/api/route.h"
#include "broker/service/creation_keys.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#include <string.h>

#define API "/api/v1/"

/* Where what was made can be read. What is not here may be made again: registering an image twice is no
 * error, and of a join token that nobody was told of, nobody can make use. */
static const struct {
  const char *kind, *collection;
} readable[] = {{"user/", "users/"}, {"group/", "groups/"}, {"pool/", "pools/"}, {"role/", "roles/"}};

static Answer *
refusal(CarawayErrorCode code, const char *sentence)
{
  g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, (int)code, sentence);
  Answer *answer = answer_new();
  problem_set(answer, error);
  return answer;
}

static Answer *
refuse_busy(void)
{
  return refusal(CARAWAY_ERROR_CONFLICT, "The same request is being worked on. Ask again in a moment.");
}

static Answer *
refuse_other(void)
{
  return refusal(CARAWAY_ERROR_CONFLICT,
                 "This Idempotency-Key was used for another request. Take a new one.");
}

/* What was made, as it is now, where the first answer is not there: NULL when there is nothing to read. */
static Answer *
read_again(const ApiContext *context, const Request *request, const char *object, CreationWork work)
{
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *path = NULL, *allow = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(readable); i++)
    if (g_str_has_prefix(object, readable[i].kind))
      path = g_strconcat(API, readable[i].collection, object + strlen(readable[i].kind), NULL);
  if (path == NULL || route_find("GET", path, &route, &parameters, &allow) != ROUTE_FOUND)
    return NULL;
  g_autoptr(GHashTable) query = g_hash_table_new(g_str_hash, g_str_equal);
  Request reading = *request;
  reading.route = route;
  reading.parameters = parameters;
  reading.query = query;
  reading.body = NULL;
  g_autoptr(Answer) answer = answer_new();
  work(context, &reading, answer);
  if (answer->status >= 300)
    return NULL; /* it was removed since */
  answer->status = 201;
  return g_steal_pointer(&answer);
}

/* The answer that was given before; NULL when the work is (or may as well be) still to be done. */
static Answer *
find_earlier(const ApiContext *context, const Request *request, const char *key, CreationWork work)
{
  CreationState state = CREATION_NEW;
  g_autofree char *object = NULL, *sealed = NULL;
  g_autoptr(GError) error = NULL;
  if (!creation_keys_find(context->services, request->caller->creation_key, request->caller->creation_body,
                          &state, &object, &sealed, &error)) {
    Answer *answer = answer_new();
    g_autoptr(GError) shown = services_refusal(context->services, g_steal_pointer(&error));
    problem_set(answer, shown);
    return answer;
  }
  if (state == CREATION_OTHER)
    return refuse_other();
  if (state == CREATION_NEW)
    return NULL;
  Answer *answer = state == CREATION_ANSWERED ? answer_unseal(sealed, key, NULL) : NULL;
  if (answer == NULL)
    answer = read_again(context, request, object, work);
  if (answer == NULL) { /* it is made anew; the old note would stand in its way */
    g_clear_pointer(&request->caller->creation_key, g_free);
    g_clear_pointer(&request->caller->creation_body, g_free);
  }
  return answer;
}

/* The creation stands, whether or not this works: then a repetition reads what was made. */
static void
keep_answer(const ApiContext *context, const Request *request, const Answer *answer, const char *key)
{
  if (answer->status >= 300 || request->caller->creation_key == NULL)
    return;
  g_autofree char *sealed = answer_seal(answer, key);
  g_autoptr(GError) error = NULL;
  if (!creation_keys_answer(context->services, request->caller->creation_key, sealed, &error))
    log_warning("The answer to a creation was not kept: %s", error->message);
}

static Answer *
run_new(const ApiContext *context, const Request *request, const char *key, CreationWork work)
{
  Answer *earlier = find_earlier(context, request, key, work);
  if (earlier != NULL)
    return earlier;
  g_autoptr(Answer) answer = answer_new();
  work(context, request, answer);
  /* Another broker may have been faster by a moment: its note made ours fail. */
  if (answer->status == 409 && request->caller->creation_key != NULL) {
    earlier = find_earlier(context, request, key, work);
    return earlier != NULL ? earlier : g_steal_pointer(&answer);
  }
  keep_answer(context, request, answer, key);
  return g_steal_pointer(&answer);
}

static void
name_creation(Request *request, const char *key)
{
  request->caller->creation_key = secret_hash(key);
  request->caller->creation_body =
      request->body != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, request->body) : g_strdup("");
}

Answer *
creation_run(const ApiContext *context, Request *request, CreationWork work)
{
  g_autofree char *key = g_strjoin("\n", request->caller->user_id, request->method, request->route->pattern,
                                   request->idempotency_key, NULL);
  Answer *earlier = NULL;
  Replay replay = replay_cache_begin(context->replays, key, request->body, g_get_monotonic_time(), &earlier);
  if (replay == REPLAY_DONE)
    return earlier;
  if (replay == REPLAY_BUSY)
    return refuse_busy();
  if (replay == REPLAY_OTHER)
    return refuse_other();
  name_creation(request, key);
  Answer *answer = run_new(context, request, key, work);
  replay_cache_finish(context->replays, key, answer);
  return answer;
}
