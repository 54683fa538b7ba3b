/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/problem.h"

#include "broker/api/views.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/text.h"

#include <libsoup/soup.h>

/* 401 stays with "who are you"; 409 is "not as things are now"; 503 is "later, the same request". */
static const struct {
  CarawayErrorCode code;
  guint status;
} STATUS[] = {
    {CARAWAY_ERROR_INTERNAL, 500},
    {CARAWAY_ERROR_INVALID, 400},
    {CARAWAY_ERROR_MALFORMED, 400},
    {CARAWAY_ERROR_TOO_LARGE, 413},
    {CARAWAY_ERROR_NOT_FOUND, 404},
    {CARAWAY_ERROR_CONFLICT, 409},
    {CARAWAY_ERROR_STALE, 412},
    {CARAWAY_ERROR_UNAUTHENTICATED, 401},
    {CARAWAY_ERROR_BAD_CREDENTIALS, 401},
    {CARAWAY_ERROR_PASSWORD_EXPIRED, 403},
    {CARAWAY_ERROR_WEAK_PASSWORD, 422},
    {CARAWAY_ERROR_THROTTLED, 429},
    {CARAWAY_ERROR_FORBIDDEN, 403},
    {CARAWAY_ERROR_NOT_ENTITLED, 403},
    {CARAWAY_ERROR_UNKNOWN_POOL, 404},
    {CARAWAY_ERROR_NO_FREE_DESKTOP, 409},
    {CARAWAY_ERROR_NO_CAPACITY, 409},
    {CARAWAY_ERROR_HOST_GONE, 503},
    {CARAWAY_ERROR_IMAGE_MISSING, 409},
    {CARAWAY_ERROR_IMAGE_BAD, 409},
    {CARAWAY_ERROR_NO_SPACE, 507},
    {CARAWAY_ERROR_PORT_TAKEN, 500},
    {CARAWAY_ERROR_IN_USE_ELSEWHERE, 409},
    {CARAWAY_ERROR_NOT_READY, 409},
    {CARAWAY_ERROR_SESSION_ENDED, 410},
    {CARAWAY_ERROR_GRANT_INVALID, 403},
    {CARAWAY_ERROR_GRANT_EXPIRED, 410},
    {CARAWAY_ERROR_GRANT_USED, 409},
    {CARAWAY_ERROR_GRANT_STALE, 409},
    {CARAWAY_ERROR_CHANNEL_FORBIDDEN, 403},
    {CARAWAY_ERROR_JOIN_TOKEN, 403},
    {CARAWAY_ERROR_UNTRUSTED, 403},
    {CARAWAY_ERROR_UNREACHABLE, 502},
    {CARAWAY_ERROR_TIMED_OUT, 504},
    {CARAWAY_ERROR_OVERLOADED, 503},
    {CARAWAY_ERROR_STALE_EPOCH, 409},
    {CARAWAY_ERROR_HYPERVISOR, 502},
    {CARAWAY_ERROR_DATABASE, 503},
    {CARAWAY_ERROR_CONFIG, 500},
    {CARAWAY_ERROR_PROTOCOL, 400},
    {CARAWAY_ERROR_DISCONNECTED, 409},
    {CARAWAY_ERROR_DESKTOP_LIMIT, 409},
    {CARAWAY_ERROR_NO_TAKE_OVER, 409},
    {CARAWAY_ERROR_DATABASE_AWAY, 503},
    {CARAWAY_ERROR_SIGN_IN_EXPIRED, 403},
    {CARAWAY_ERROR_PROVIDER_DENIED, 403},
    {CARAWAY_ERROR_PROVIDER_WRONG, 502},
    {CARAWAY_ERROR_PROVIDER_AWAY, 503},
    {CARAWAY_ERROR_DIRECTORY_AWAY, 503},
    {CARAWAY_ERROR_EXTERNAL_ACCOUNT, 409},
    {CARAWAY_ERROR_ACCOUNT_CLOSED, 403},
    {CARAWAY_ERROR_DIRECTORY_PASSWORD, 403},
    {CARAWAY_ERROR_WRONG_CODE, 403},
    {CARAWAY_ERROR_SECOND_FACTOR_PENDING, 403},
    {CARAWAY_ERROR_ENROLMENT_REQUIRED, 403},
    {CARAWAY_ERROR_DEVICE_REFUSED, 401},
    {CARAWAY_ERROR_DEVICE_REVOKED, 403},
    {CARAWAY_ERROR_SECOND_FACTOR_REQUIRED, 403},
};

/* Of a sentence that tells what somebody sent. */
#define SENTENCE_MAX 2000

static const char RETRY_AFTER_S[] = "2";

G_STATIC_ASSERT(G_N_ELEMENTS(STATUS) == CARAWAY_ERROR_LAST);

guint
problem_status(const GError *error)
{
  for (gsize i = 0; error->domain == CARAWAY_ERROR && i < G_N_ELEMENTS(STATUS); i++)
    if ((int)STATUS[i].code == error->code)
      return STATUS[i].status;
  return 500;
}

static const char *
detail_for_people(const GError *error)
{
  if (error->domain == CARAWAY_ERROR && error->code != CARAWAY_ERROR_INTERNAL)
    return error->message;
  log_error("a request failed: %s", error->message);
  return "Something went wrong in the broker. Try again; its log says more.";
}

static void
add_shown(JsonBuilder *builder, const char *sentence)
{
  g_autofree char *shown = text_escape(sentence);
  g_autofree char *cut = text_cut(shown, SENTENCE_MAX);
  json_builder_add_string_value(builder, cut);
}

static void
add_reasons(JsonBuilder *builder, const char *const *reasons)
{
  json_builder_set_member_name(builder, "reasons");
  json_builder_begin_array(builder);
  for (; reasons != NULL && *reasons != NULL; reasons++)
    add_shown(builder, *reasons);
  json_builder_end_array(builder);
}

static void
add_rules(JsonBuilder *builder, const GPtrArray *rules)
{
  if (rules == NULL)
    return;
  json_builder_set_member_name(builder, "rules");
  view_rules(builder, rules);
}

static void
add_member(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value);
}

void
problem_set_status(Answer *answer, const GError *error, guint status)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_member(builder, "type", "about:blank");
  add_member(builder, "title", soup_status_get_phrase(status));
  json_builder_set_member_name(builder, "status");
  json_builder_add_int_value(builder, status);
  json_builder_set_member_name(builder, "detail");
  add_shown(builder, detail_for_people(error));
  add_member(builder, "code", error_stable_name(error));
  add_reasons(builder, error_get_reasons(error));
  add_rules(builder, error_get_rules(error));
  json_builder_end_object(builder);
  answer_set_text(answer, status, "application/problem+json", json_builder_text(builder));
  if (status == 401)
    answer_set_header(answer, "WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503)
    answer_set_header(answer, "Retry-After", RETRY_AFTER_S);
}

void
problem_set(Answer *answer, const GError *error)
{
  problem_set_status(answer, error, problem_status(error));
}
